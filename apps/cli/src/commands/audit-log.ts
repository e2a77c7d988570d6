import type { Command } from "commander";
import { z } from "zod";
import { CliError } from "../errors.ts";
import { table, type Column } from "../terminal/table.ts";
import { pageOf } from "./answers.ts";
import { operatorClient, print, type CommandContext, type JsonOption } from "./context.ts";
import { withJson } from "./json-option.ts";
import { addPaging, moreHint, pageQuery, type PagingOptions } from "./paging.ts";
import { readAnswer } from "./read-answer.ts";

const entry = z.object({
  sequence: z.string(),
  at: z.string(),
  actor: z.object({ kind: z.string(), id: z.string(), label: z.string().nullish() }),
  action: z.string(),
  subject: z.object({ type: z.string(), id: z.string() }),
});
type Entry = z.output<typeof entry>;

interface ListOptions extends PagingOptions, JsonOption {
  action?: string;
  subject?: string;
}

/** `meterr audit-log list | verify`. */
export function addAuditLog(program: Command, context: CommandContext): void {
  const group = program.command("audit-log").description("who did what, in a record that shows tampering");
  addPaging(
    withJson(
      group
        .command("list")
        .description("list the entries, newest first")
        .option("--action <action>", "only entries of this action, e.g. virtual_key.minted")
        .option("--subject <id>", "only entries about this"),
    ),
  ).action((options: ListOptions) => list(options, context));
  withJson(
    group
      .command("verify")
      .description("compute the chain again and name the first entry that is not as it was written"),
  ).action((options: JsonOption) => verify(options, context));
}

const columns: readonly Column<Entry>[] = [
  { title: "NO", value: (row) => row.sequence, align: "right" },
  { title: "WHEN (UTC)", value: (row) => row.at.slice(0, 19).replace("T", " ") },
  { title: "WHO", value: (row) => row.actor.label ?? row.actor.id },
  { title: "WHAT", value: (row) => row.action },
  { title: "ON", value: (row) => `${row.subject.type} ${row.subject.id}` },
];

async function list(options: ListOptions, context: CommandContext): Promise<void> {
  const client = await operatorClient(context);
  const query = { ...pageQuery(options), action: options.action, subject: options.subject };
  const answer = await client.send({ method: "GET", path: "/api/v1/audit-log/entries", query });
  const page = readAnswer(pageOf(entry), answer);
  print(context, options, answer, (paint) =>
    page.items.length === 0 ? "No entries yet." : table(columns, page.items, paint),
  );
  moreHint(context, options, page.next_cursor, "npx meterr audit-log list");
}

const verdict = z.object({
  intact: z.boolean(),
  entries_followed: z.string(),
  signed_head: z.object({ sequence: z.string(), at: z.string() }).nullable(),
  first_bad: z
    .object({ sequence: z.string(), problem: z.string(), detail: z.string(), vouched_up_to: z.string() })
    .nullable(),
});

/** @throws CliError `verification_failed` (exit code 1) naming the first bad entry. */
async function verify(options: JsonOption, context: CommandContext): Promise<void> {
  const client = await operatorClient(context);
  const answer = await client.send({ method: "GET", path: "/api/v1/audit-log/verify" });
  const { intact, entries_followed, signed_head, first_bad } = readAnswer(verdict, answer);
  if (intact && first_bad === null) {
    const head =
      signed_head === null
        ? "No head is signed yet, so a log that was cut off could not be told from a short one."
        : `The head signed outside the database stands at entry ${signed_head.sequence}, ${signed_head.at}.`;
    print(context, options, answer, (paint) =>
      [`${paint("green", "✓")} ${entries_followed} entries are as they were written.`, `  ${head}`].join("\n"),
    );
    return;
  }
  if (options.json === true) print(context, options, answer, () => "");
  const { sequence, problem, detail, vouched_up_to } = first_bad ?? {
    sequence: "?",
    problem: "unknown",
    detail: "The server did not say which.",
    vouched_up_to: "0",
  };
  throw new CliError(
    "verification_failed",
    `The audit log was tampered with at entry ${sequence} (${problem}): ${detail}`,
    {
      next: `A signed head vouches for the entries up to ${vouched_up_to}. Keep the database as it is, and compare with a backup from before.`,
    },
  );
}
