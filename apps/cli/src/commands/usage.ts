import { InvalidArgumentError, Option, type Command } from "commander";
import { moment } from "../api/durations.ts";
import { dollars } from "../api/money.ts";
import { table, type Column } from "../terminal/table.ts";
import { pageOf, usageEvent, usageSummary, type SummaryRow, type UsageEvent } from "./answers.ts";
import { operatorClient, print, type CommandContext, type JsonOption } from "./context.ts";
import { withJson } from "./json-option.ts";
import { addPaging, moreHint, pageQuery, type PagingOptions } from "./paging.ts";
import { readAnswer } from "./read-answer.ts";

interface ListOptions extends PagingOptions, JsonOption {
  since?: string;
}

interface SummaryOptions extends JsonOption {
  test?: true;
  by: string;
  days: number;
}

/** `meterr usage list | summary`. */
export function addUsage(program: Command, context: CommandContext): void {
  const group = program.command("usage").description("what was used and what it cost");
  addPaging(
    withJson(
      group
        .command("list")
        .description("the calls, newest first")
        .option("--since <time>", "only from then on: a date, an ISO 8601 time, or a time back such as 24h"),
    ),
  ).action((options: ListOptions) => list(options, context));
  withJson(
    group
      .command("summary")
      .description("spend, summed up")
      .addOption(
        new Option("--by <what>", "what to group by")
          .choices(["model", "provider", "member", "virtual_key"])
          .default("model"),
      )
      .option("--days <count>", "how many days back (1–366)", days, 30)
      .option("--test", "the calls of test mode, which are never in real totals"),
  ).action((options: SummaryOptions) => summary(options, context));
}

async function list(options: ListOptions, context: CommandContext): Promise<void> {
  const since = options.since === undefined ? undefined : moment(options.since, "--since", context.now());
  const client = await operatorClient(context);
  const answer = await client.send({
    method: "GET",
    path: "/api/v1/usage/events",
    query: { ...pageQuery(options), since },
  });
  const page = readAnswer(pageOf(usageEvent), answer);
  print(context, options, answer, (paint) =>
    page.items.length === 0 ? "No calls yet." : table(columns, page.items, paint),
  );
  moreHint(
    context,
    options,
    page.next_cursor,
    `npx meterr usage list${since === undefined ? "" : ` --since ${since}`}`,
  );
}

const columns: readonly Column<UsageEvent>[] = [
  { title: "WHEN (UTC)", value: (row) => row.occurred_at.slice(0, 19).replace("T", " ") },
  { title: "PROVIDER", value: (row) => row.provider },
  { title: "MODEL", value: (row) => row.model_served ?? row.model_requested },
  {
    title: "IN",
    value: (row) => tokens(row, ["input", "cache_read", "cache_write_5m", "cache_write_1h"]),
    align: "right",
  },
  { title: "OUT", value: (row) => tokens(row, ["output", "reasoning"]), align: "right" },
  { title: "COST", value: (row) => dollars(row.cost_nanousd), align: "right" },
  { title: "OUTCOME", value: (row) => row.outcome },
  { title: "USAGE FROM", value: (row) => row.usage_source },
  { title: "MODE", value: (row) => (row.simulated ? "simulated" : "live") },
];

function tokens(row: UsageEvent, buckets: readonly (keyof UsageEvent["usage"])[]): number {
  return buckets.reduce((sum, bucket) => sum + (row.usage[bucket] ?? 0), 0);
}

async function summary(options: SummaryOptions, context: CommandContext): Promise<void> {
  const client = await operatorClient(context);
  const simulated = options.test === true ? "true" : undefined;
  const query = { by: options.by, days: options.days, simulated };
  const answer = await client.send({ method: "GET", path: "/api/v1/usage/summary", query });
  const { groups, total } = readAnswer(usageSummary, answer);
  const rows: SummaryRow[] = total === null ? groups : [...groups, { ...total, name: "total" }];
  const columns: Column<SummaryRow>[] = [
    { title: options.by.replace("_", " ").toUpperCase(), value: (row) => row.name },
    { title: "CALLS", value: (row) => row.requests, align: "right" },
    { title: "FAILED", value: (row) => row.failed, align: "right" },
    { title: "IN", value: (row) => row.input_tokens, align: "right" },
    { title: "CACHED", value: (row) => row.cached_tokens, align: "right" },
    { title: "OUT", value: (row) => row.output_tokens, align: "right" },
    { title: "COST", value: (row) => dollars(row.cost_nanousd), align: "right" },
  ];
  const none =
    options.test === true
      ? "No call of test mode in this time."
      : "No live call in this time; --test shows test mode's.";
  print(context, options, answer, (paint) => (groups.length === 0 ? none : table(columns, rows, paint)));
}

function days(text: string): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || value < 1 || value > 366)
    throw new InvalidArgumentError("It must be a number from 1 to 366.");
  return value;
}
