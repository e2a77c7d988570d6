import { sqlIdentifier, type Sql } from "@meterr/runtime";
import { attempt, DENIED, type Outcome } from "./attempt.ts";
import type { Answer, Probe, ProofOptions, TableToProve } from "./proof.ts";
import { sampleRow } from "./sample-row.ts";

const SET = "select set_config($1, $2, true)";

// What is tried on a tenant's own rows locks and rewrites them until the rollback, so a big tenant is left alone.
const MOST_ROWS = 1_000;

/**
 * Two tenants try each other's rows of one table, in the present transaction, which the caller rolls back. First the
 * positive control: each sees and can change a row of its own, so that seeing nothing later means something.
 * "Blind" statements have no WHERE: those need no sight of a row, so PostgreSQL holds no policy for SELECT against them.
 */
export async function probeTable(sql: Sql, table: TableToProve, options: ProofOptions): Promise<Probe[]> {
  const texts = statementsOn(table);
  const [one, two] = options.tenants;
  const { setting } = options.tenant;
  const become = async (tenantId: string | null): Promise<void> => {
    await sql.query(SET, [setting.name, tenantId === null ? "" : setting.value(tenantId)]);
  };
  const insert = async (tenantId: string, keep: "keep" | "undo"): Promise<Outcome> =>
    attempt(sql, await sampleRow(sql, table, tenantId), keep);
  const undo = (text: string, ...values: unknown[]): Promise<Outcome> => attempt(sql, { text, values }, "undo");

  const stop = (reason: string): Probe[] => [{ name: "control", answer: "unknown", reason }];
  let mayInsert = true;
  for (const tenantId of [one, two]) {
    await become(tenantId);
    const inserted = await insert(tenantId, "keep");
    if (inserted.state === DENIED) mayInsert = false;
    else if (inserted.state !== null) {
      return stop(`a row of its own was refused (SQLSTATE ${inserted.state}): give a sample that the table takes`);
    }
  }
  const rows = new Map<string, number>();
  const own: Record<"update" | "remove", Outcome[]> = { update: [], remove: [] };
  for (const tenantId of [one, two]) {
    await become(tenantId);
    const seen = await undo(texts.own, tenantId);
    if (seen.state !== null) return stop(`a tenant may not read its own rows (SQLSTATE ${seen.state})`);
    if (seen.rows === 0) return stop("a tenant sees no row of its own: name two tenants that have rows");
    if (seen.rows > MOST_ROWS) return stop(`a tenant has more than ${MOST_ROWS} rows: name two made for the probe`);
    rows.set(tenantId, seen.rows);
    for (const way of ["update", "remove"] as const) own[way].push(await undo(texts[way], tenantId));
  }

  const probes: Probe[] = [{ name: "control", answer: "proved", reason: "each tenant sees its own rows" }];
  /** Each tenant in turn tries; an outcome with more rows than the tenant may touch is a violation. */
  const across = async (
    name: string,
    tries: readonly ((mine: string, other: string) => Promise<Outcome & { readonly allowed?: number }>)[],
  ): Promise<void> => {
    const found: { answer: Answer; reason: string }[] = [];
    for (const [mine, other] of [
      [one, two],
      [two, one],
    ] as const) {
      await become(mine);
      for (const attempted of tries) found.push(judge(await attempted(mine, other)));
    }
    const worst = found.find(({ answer }) => answer === "violated") ?? found.find(({ answer }) => answer === "unknown");
    probes.push({ name, ...(worst ?? { answer: "proved", reason: "none, in either direction" }) });
  };
  const blind = async (text: string, mine: string, ...values: unknown[]) => ({
    ...(await undo(text, ...values)),
    allowed: rows.get(mine) ?? 0,
  });

  await across("read", [(mine) => undo(texts.foreign, mine)]);
  const mayUpdate = controlOf(own.update);
  const mayRemove = controlOf(own.remove);
  if (mayUpdate !== null) probes.push({ name: "update", ...mayUpdate });
  else {
    await across("update", [
      (_, other) => undo(texts.update, other),
      (mine, other) => undo(texts.move, other, mine),
      (mine) => blind(texts.blindUpdate, mine, mine),
    ]);
  }
  if (mayRemove !== null) probes.push({ name: "delete", ...mayRemove });
  else await across("delete", [(_, other) => undo(texts.remove, other), (mine) => blind(texts.blindRemove, mine)]);
  if (mayInsert) await across("plant", [(_, other) => insert(other, "undo")]);
  else probes.push({ name: "plant", answer: "proved", reason: "the role may not insert at all" });
  if (mayUpdate !== null) probes.push({ name: "move", ...mayUpdate });
  else {
    await across("move", [
      (mine, other) => undo(texts.move, mine, other),
      (_, other) => undo(texts.blindUpdate, other),
    ]);
  }

  await become(null);
  const without = [await undo(texts.all)];
  if (mayInsert) without.push(await insert(one, "undo"));
  if (mayUpdate === null) without.push(await undo(texts.blindUpdate, one));
  if (mayRemove === null) without.push(await undo(texts.blindRemove));
  const judged = without.map(judge);
  const worst = judged.find(({ answer }) => answer === "violated") ?? judged.find(({ answer }) => answer === "unknown");
  probes.push({ name: "no tenant", ...(worst ?? { answer: "proved", reason: "nothing is seen or written" }) });
  return probes;
}

function statementsOn(table: TableToProve) {
  const name = sqlIdentifier(table.name);
  const column = sqlIdentifier(table.tenantColumn);
  return {
    all: `select count(*) as count from ${name}`,
    own: `select count(*) as count from ${name} where ${column} = $1`,
    // A row without a tenant is nobody's, so it is foreign too.
    foreign: `select count(*) as count from ${name} where ${column} is distinct from $1`,
    update: `update ${name} set ${column} = ${column} where ${column} = $1`,
    move: `update ${name} set ${column} = $2 where ${column} = $1`,
    remove: `delete from ${name} where ${column} = $1`,
    blindUpdate: `update ${name} set ${column} = $1`,
    blindRemove: `delete from ${name}`,
  };
}

function judge(outcome: Outcome & { readonly allowed?: number }): { answer: Answer; reason: string } {
  const { rows, state, allowed = 0 } = outcome;
  if (rows > allowed) return { answer: "violated", reason: `${rows - allowed} rows that are not its own` };
  if (state === null || state === DENIED) return { answer: "proved", reason: "none" };
  return { answer: "unknown", reason: `refused for another reason (SQLSTATE ${state})` };
}

/** Whether a tenant's change of its own rows says anything about the other's; null when it does. */
function controlOf(own: readonly Outcome[]): { answer: Answer; reason: string } | null {
  if (own.every(({ state }) => state === DENIED)) return { answer: "proved", reason: "the role may not do so at all" };
  const odd = own.find(({ state, rows }) => state !== null || rows === 0);
  if (odd === undefined) return null;
  const why = odd.state === null ? "no row of its own was touched" : `refused on its own rows (SQLSTATE ${odd.state})`;
  return { answer: "unknown", reason: `positive control: ${why}` };
}
