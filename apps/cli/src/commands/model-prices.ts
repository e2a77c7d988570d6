import { InvalidArgumentError, Option, type Command } from "commander";
import { CliError } from "../errors.ts";
import { printable } from "../terminal/printable.ts";
import { table, type Column } from "../terminal/table.ts";
import { modelPrice, pageOf, type ModelPrice } from "./answers.ts";
import { operatorClient, print, type CommandContext, type JsonOption } from "./context.ts";
import { withJson } from "./json-option.ts";
import { addPaging, moreHint, pageQuery, type PagingOptions } from "./paging.ts";
import { providers } from "./provider-secrets.ts";
import { readAnswer } from "./read-answer.ts";

const path = "/api/v1/model-prices";

/** Options of `set`, and the fields they become; all in US dollars per million tokens. */
const fields = [
  { option: "input-usd", key: "inputUsd", field: "input_usd_per_million", what: "input", mandatory: true },
  { option: "output-usd", key: "outputUsd", field: "output_usd_per_million", what: "output", mandatory: true },
  {
    option: "cache-read-usd",
    key: "cacheReadUsd",
    field: "cache_read_usd_per_million",
    what: "input read from the cache",
  },
  {
    option: "cache-write-5m-usd",
    key: "cacheWrite5mUsd",
    field: "cache_write_5m_usd_per_million",
    what: "writing to the cache for 5 minutes",
  },
  {
    option: "cache-write-1h-usd",
    key: "cacheWrite1hUsd",
    field: "cache_write_1h_usd_per_million",
    what: "writing to the cache for an hour",
  },
  { option: "reasoning-usd", key: "reasoningUsd", field: "reasoning_usd_per_million", what: "reasoning" },
  { option: "audio-in-usd", key: "audioInUsd", field: "audio_in_usd_per_million", what: "audio sent" },
  { option: "audio-out-usd", key: "audioOutUsd", field: "audio_out_usd_per_million", what: "audio received" },
  { option: "image-in-usd", key: "imageInUsd", field: "image_in_usd_per_million", what: "images sent" },
] as const;

type SetOptions = JsonOption & { provider: string; model: string } & Partial<
    Record<(typeof fields)[number]["key"], string>
  >;
type ListOptions = PagingOptions & JsonOption & { provider?: string; model?: string };

/** `meterr model-prices list | set`. */
export function addModelPrices(program: Command, context: CommandContext): void {
  const group = program
    .command("model-prices")
    .description("prices of your own, where the catalogue has none or another");
  addPaging(
    withJson(
      group
        .command("list")
        .description("list the prices you set; with --provider and --model also the one in force")
        .addOption(new Option("--provider <provider>", "of this provider alone").choices(providers))
        .option("--model <model>", "of this model alone, as requests name it"),
    ),
  ).action((options: ListOptions) => list(options, context));
  const set = withJson(
    group
      .command("set")
      .description("set the price of a model, in US dollars per million tokens, for calls from now on")
      .addOption(new Option("--provider <provider>", "whose model").choices(providers).makeOptionMandatory())
      .requiredOption("--model <model>", "its name, as requests name it"),
  );
  for (const { option, what, ...rest } of fields) {
    const one = new Option(`--${option} <dollars>`, `${what}, e.g. 2.50`).argParser(price);
    set.addOption("mandatory" in rest ? one.makeOptionMandatory() : one);
  }
  set.action((options: SetOptions) => setPrice(options, context));
}

const columns: readonly Column<ModelPrice>[] = [
  { title: "PROVIDER", value: (row) => row.provider },
  { title: "MODEL", value: (row) => row.model },
  { title: "INPUT", value: (row) => perMillion(row, "input_usd_per_million"), align: "right" },
  { title: "OUTPUT", value: (row) => perMillion(row, "output_usd_per_million"), align: "right" },
  { title: "CACHE READ", value: (row) => perMillion(row, "cache_read_usd_per_million"), align: "right" },
  { title: "SINCE", value: (row) => row.created_at?.slice(0, 10) ?? "catalogue" },
];

async function list(options: ListOptions, context: CommandContext): Promise<void> {
  const { provider, model } = options;
  if (model !== undefined && provider === undefined) {
    throw new CliError("usage", "--model needs --provider: providers may name models alike.", { next: "Give both." });
  }
  const client = await operatorClient(context);
  const answer = await client.send({ method: "GET", path, query: { ...pageQuery(options), provider, model } });
  const page = readAnswer(pageOf(modelPrice).extend({ in_force: modelPrice.nullish() }), answer);
  const rows = page.items.length === 0 && page.in_force ? [page.in_force] : page.items;
  const none =
    model === undefined
      ? "None is set: the catalogue's prices are in force."
      : "This model has no price: calls to it are refused under a limit.";
  print(context, options, answer, (paint) => (rows.length === 0 ? none : table(columns, rows, paint)));
  moreHint(context, options, page.next_cursor, "npx meterr model-prices list");
}

async function setPrice(options: SetOptions, context: CommandContext): Promise<void> {
  const prices = Object.fromEntries(
    fields.flatMap(({ key, field }) => (options[key] === undefined ? [] : [[field, options[key]] as const])),
  );
  const body = { provider: options.provider, model: options.model, prices };
  const answer = await (await operatorClient(context)).send({ method: "POST", path, body });
  const made = readAnswer(modelPrice, answer);
  print(
    context,
    options,
    answer,
    (paint) =>
      `${paint("green", "✓")} ${printable(made.model)} of ${made.provider} costs ${perMillion(made, "input_usd_per_million")} input and ${perMillion(made, "output_usd_per_million")} output per million tokens from now on.`,
  );
}

function perMillion({ prices }: ModelPrice, field: string): string | undefined {
  const price = prices[field];
  if (price === undefined) return undefined;
  const [whole = "", fraction = ""] = printable(price).split(".");
  return `$${whole}.${fraction.padEnd(2, "0")}`;
}

// Stays text all the way: a price is never a float.
function price(text: string): string {
  if (!/^[0-9]{1,7}(\.[0-9]{1,9})?$/.test(text)) {
    throw new InvalidArgumentError("It must be an amount in dollars with at most nine decimals, e.g. 2.50.");
  }
  return text;
}
