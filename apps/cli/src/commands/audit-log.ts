import type { Command } from "commander";
import { z } from "zod";
import { table, type Column } from "../terminal/table.ts";
import { pageOf } from "./answers.ts";
import { operatorClient, print, type CommandContext, type JsonOption } from "./context.ts";
import { withJson } from "./json-option.ts";
import { addPaging, moreHint, pageQuery, type PagingOptions } from "./paging.ts";
import { readAnswer } from "./read-answer.ts";

const entry = z.object({
  sequence: z.union([z.string(), z.number()]).nullish(),
  occurred_at: z.string().nullish(),
  at: z.string().nullish(),
  action: z.string(),
  actor: z.object({ label: z.string().nullish(), id: z.string().nullish() }).nullish(),
  actor_label: z.string().nullish(),
  subject: z.object({ type: z.string(), id: z.string() }).nullish(),
  subject_type: z.string().nullish(),
  subject_id: z.string().nullish(),
});
type Entry = z.output<typeof entry>;

/** `meterr audit-log list`. */
export function addAuditLog(program: Command, context: CommandContext): Command {
  const group = program.command("audit-log").description("who did what, in a record that shows tampering");
  addPaging(withJson(group.command("list").description("list the entries, newest first"))).action(
    (options: PagingOptions & JsonOption) => list(options, context),
  );
  return group;
}

const columns: readonly Column<Entry>[] = [
  { title: "NO", value: (row) => row.sequence, align: "right" },
  { title: "WHEN (UTC)", value: (row) => (row.occurred_at ?? row.at)?.slice(0, 19).replace("T", " ") },
  { title: "WHO", value: (row) => row.actor?.label ?? row.actor?.id ?? row.actor_label },
  { title: "WHAT", value: (row) => row.action },
  {
    title: "ON",
    value: (row) =>
      [row.subject?.type ?? row.subject_type, row.subject?.id ?? row.subject_id].filter(Boolean).join(" "),
  },
];

async function list(options: PagingOptions & JsonOption, context: CommandContext): Promise<void> {
  const client = await operatorClient(context);
  const answer = await client.send({ method: "GET", path: "/api/v1/audit-log/entries", query: pageQuery(options) });
  const page = readAnswer(pageOf(entry), answer);
  print(context, options, answer, (paint) =>
    page.items.length === 0 ? "No entries yet." : table(columns, page.items, paint),
  );
  moreHint(context, options, page.next_cursor, "meterr audit-log list");
}
