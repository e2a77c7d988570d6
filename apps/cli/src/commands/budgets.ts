import type { Command } from "commander";
import type { ApiClient } from "../api/client.ts";
import { everyMember, findMember } from "../api/members.ts";
import { dollars } from "../api/money.ts";
import { CliError } from "../errors.ts";
import { printable } from "../terminal/printable.ts";
import { table, type Column } from "../terminal/table.ts";
import { amount } from "./amount.ts";
import { budget, pageOf, type Budget } from "./answers.ts";
import { operatorClient, print, type CommandContext, type JsonOption } from "./context.ts";
import { withJson } from "./json-option.ts";
import { addPaging, moreHint, pageQuery, type PagingOptions } from "./paging.ts";
import { readAnswer } from "./read-answer.ts";

const path = "/api/v1/budgets";

interface HolderOptions extends JsonOption {
  organisation?: true;
  member?: string;
}

/** `meterr budgets list | set | remove`. */
export function addBudgets(program: Command, context: CommandContext): void {
  const group = program.command("budgets").description("what live calls of the organisation or a member may cost");
  addPaging(withJson(group.command("list").description("list the budgets, and what is spent of them"))).action(
    (options: PagingOptions & JsonOption) => list(options, context),
  );
  ofHolder(group.command("set").description("set a budget, or change its limit"))
    .requiredOption("--limit-usd <amount>", "the most that may be spent from now on, in dollars, e.g. 50", amount)
    .action((options: HolderOptions & { limitUsd: string }) => set(options, context));
  ofHolder(
    group.command("remove").description("take a budget away; what it bound is then bound by the others alone"),
  ).action((options: HolderOptions) => remove(options, context));
}

function ofHolder(command: Command): Command {
  return withJson(command)
    .option("--organisation", "of all live calls of the organisation")
    .option("--member <who>", "of all live calls of one member, by e-mail address or id");
}

interface Holder {
  path: string;
  /** As a person calls it. */
  name: string;
}

/** @throws CliError `usage` unless exactly one is named, and is there */
async function holderOf(options: HolderOptions, client: ApiClient): Promise<Holder> {
  if ((options.organisation === true) === (options.member !== undefined)) {
    throw new CliError("usage", "Whose budget is meant?", { next: "Give one of --organisation and --member <who>." });
  }
  if (options.member === undefined) return { path: `${path}/organisation`, name: "the organisation" };
  const { id, email } = await findMember(client, options.member, { joined: true });
  return { path: `${path}/members/${encodeURIComponent(id)}`, name: email };
}

async function set(options: HolderOptions & { limitUsd: string }, context: CommandContext): Promise<void> {
  const client = await operatorClient(context);
  const holder = await holderOf(options, client);
  const answer = await client.send({ method: "PUT", path: holder.path, body: { limit_usd: options.limitUsd } });
  const now = readAnswer(budget, answer);
  print(
    context,
    options,
    answer,
    (paint) =>
      `${paint("green", "✓")} The budget of ${printable(holder.name)} is ${dollars(now.limit_nanousd)}, of which ${dollars(now.spent_nanousd)} is spent.`,
  );
}

async function remove(options: HolderOptions, context: CommandContext): Promise<void> {
  const client = await operatorClient(context);
  const holder = await holderOf(options, client);
  await client.send({ method: "DELETE", path: holder.path });
  const shown = { ...(options.member === undefined ? { organisation: true } : { member: holder.name }), removed: true };
  print(context, options, shown, (paint) => `${paint("green", "✓")} Removed the budget of ${printable(holder.name)}.`);
}

type Row = Budget & { holder: string };

const columns: readonly Column<Row>[] = [
  { title: "BUDGET OF", value: (row) => row.holder },
  { title: "SPENT", value: (row) => dollars(row.spent_nanousd), align: "right" },
  { title: "RESERVED", value: (row) => dollars(row.reserved_nanousd), align: "right" },
  { title: "LIMIT", value: (row) => dollars(row.limit_nanousd), align: "right" },
];

async function list(options: PagingOptions & JsonOption, context: CommandContext): Promise<void> {
  const client = await operatorClient(context);
  const answer = await client.send({ method: "GET", path, query: pageQuery(options) });
  const page = readAnswer(pageOf(budget), answer);
  const ofMembers = page.items.some(({ scope }) => scope === "member") && options.json !== true;
  const members = ofMembers ? await everyMember(client) : [];
  const nameOf = (item: Budget) =>
    item.scope === "member"
      ? (members.find(({ id }) => id === item.member_id)?.email ?? item.member_id ?? "a member")
      : "the organisation";
  const rows = page.items.map((item) => ({ ...item, holder: nameOf(item) }));
  print(context, options, answer, (paint) =>
    rows.length === 0 ? "No budgets yet: only the limits of virtual keys hold." : table(columns, rows, paint),
  );
  moreHint(context, options, page.next_cursor, "npx meterr budgets list");
}
