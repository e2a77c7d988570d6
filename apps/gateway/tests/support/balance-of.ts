import { setTimeout as delay } from "node:timers/promises";
import type { OrganisationFixture } from "@meterr/database/testing";

export interface Balance {
  readonly limit: bigint;
  readonly spent: bigint;
  readonly reserved: bigint;
}

/** The budget of a virtual key as the database has it, in nano-dollars. */
export async function balanceOf(org: OrganisationFixture, virtualKeyId: string): Promise<Balance> {
  const found = await org.arrange((sql) =>
    sql.query<{ limit_nanousd: string; spent_nanousd: string; reserved_nanousd: string }>(
      "select limit_nanousd, spent_nanousd, reserved_nanousd from budgets where org_id = $1 and scope_id = $2",
      [org.orgId, virtualKeyId],
    ),
  );
  const [row] = found.rows;
  if (row === undefined) throw new Error("the virtual key has no budget");
  return {
    limit: BigInt(row.limit_nanousd),
    spent: BigInt(row.spent_nanousd),
    reserved: BigInt(row.reserved_nanousd),
  };
}

/** How many calls of the organisation are admitted and not settled. */
export async function openAdmissions(org: OrganisationFixture): Promise<number> {
  const found = await org.arrange((sql) =>
    sql.query<{ open: string }>("select count(*) as open from admissions where org_id = $1", [org.orgId]),
  );
  return Number(found.rows[0]?.open);
}

/** Waits until the condition holds. Throws when it never does. */
export async function eventually<T>(ask: () => Promise<T | null | false>, what: string): Promise<T> {
  const until = performance.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== false) return answer;
    if (performance.now() > until) throw new Error(`it never came about: ${what}`);
    await delay(15);
  }
}

/** Waits until every admitted call has its terminal row. */
export async function allSettled(org: OrganisationFixture): Promise<void> {
  await eventually(async () => (await openAdmissions(org)) === 0, "no admission is open");
}
