import { InvalidArgumentError, type Command } from "commander";
import { duration } from "../api/durations.ts";
import { findByName } from "../api/find-by-name.ts";
import { amount } from "./amount.ts";
import { table, type Column } from "../terminal/table.ts";
import { mintedVirtualKey, pageOf, providerNames, virtualKey, type VirtualKey } from "./answers.ts";
import { operatorClient, print, type CommandContext, type JsonOption } from "./context.ts";
import { withJson } from "./json-option.ts";
import { addPaging, moreHint, pageQuery, type PagingOptions } from "./paging.ts";
import { providers } from "./provider-secrets.ts";
import { readAnswer } from "./read-answer.ts";

const path = "/api/v1/virtual-keys";

interface CreateOptions extends JsonOption {
  name: string;
  limitUsd?: string;
  test?: true;
  models?: string[];
  expiresIn?: string;
  providerSecret?: Record<string, string>;
}

/** `meterr virtual-keys create | list | revoke`. */
export function addVirtualKeys(program: Command, context: CommandContext): void {
  const group = program.command("virtual-keys").description("what your applications carry instead of provider secrets");
  withJson(
    group
      .command("create")
      .description("mint a virtual key; it is shown once")
      .requiredOption("--name <name>", "what it is for")
      .option("--limit-usd <amount>", "the most it may ever spend, in dollars, e.g. 0.01", amount)
      .option("--test", "test mode: it reaches only the simulated provider")
      .option("--models <models>", "models it may use, separated by commas", names)
      .option("--expires-in <time>", "when it ends, e.g. 12h or 30d")
      .option("--provider-secret <provider=id>", "the secret to use for a provider; repeat for several", mapping),
  ).action((options: CreateOptions) => create(options, context));
  addPaging(withJson(group.command("list").description("list the virtual keys"))).action(
    (options: PagingOptions & JsonOption) => list(options, context),
  );
  withJson(
    group
      .command("revoke")
      .description("revoke a virtual key, everywhere, at once")
      .argument("<id-or-name>", "its id, or its name where only one has it"),
  ).action(async (named: string, options: JsonOption) => {
    const client = await operatorClient(context);
    const { id, text } = await findByName(
      client,
      { path, item: virtualKey, what: "virtual key", list: "virtual-keys" },
      named,
    );
    await client.send({ method: "DELETE", path: `${path}/${encodeURIComponent(id)}` });
    print(context, options, { id, revoked: true }, (paint) => `${paint("green", "✓")} Revoked ${text}.`);
  });
}

async function create(options: CreateOptions, context: CommandContext): Promise<void> {
  const body = {
    name: options.name,
    mode: options.test === true ? "test" : "live",
    ...(options.limitUsd === undefined ? {} : { limit_usd: options.limitUsd }),
    ...(options.models === undefined ? {} : { allowed_models: options.models }),
    ...(options.expiresIn === undefined
      ? {}
      : { expires_at: new Date(context.now().getTime() + duration(options.expiresIn, "--expires-in")).toISOString() }),
    ...(options.providerSecret === undefined ? {} : { provider_secret_ids: options.providerSecret }),
  };
  const answer = await (await operatorClient(context)).send({ method: "POST", path, body });
  const minted = readAnswer(mintedVirtualKey, answer);
  const limit = minted.limit_usd ? `$${minted.limit_usd}` : "none";
  print(context, options, answer, (paint) =>
    [
      `${paint("green", "✓")} Minted ${minted.name} (${minted.mode} mode). It is shown this once:`,
      "",
      `    ${paint("bold", minted.key)}`,
      "",
      `  id         ${minted.id}`,
      `  limit      ${limit}`,
      `  providers  ${providerNames(minted) || "none"}`,
    ].join("\n"),
  );
}

const columns: readonly Column<VirtualKey>[] = [
  { title: "ID", value: (row) => row.id },
  { title: "NAME", value: (row) => row.name },
  { title: "VIRTUAL KEY", value: (row) => `${row.display}…` },
  { title: "MODE", value: (row) => row.mode },
  { title: "SPENT", value: (row) => (row.spent_usd ? `$${row.spent_usd}` : undefined), align: "right" },
  { title: "LIMIT", value: (row) => (row.limit_usd ? `$${row.limit_usd}` : undefined), align: "right" },
  { title: "PROVIDERS", value: providerNames },
  { title: "STATUS", value: (row) => row.status ?? (row.revoked_at ? "revoked" : "active") },
  { title: "EXPIRES", value: (row) => row.expires_at?.slice(0, 10) },
];

async function list(options: PagingOptions & JsonOption, context: CommandContext): Promise<void> {
  const answer = await (await operatorClient(context)).send({ method: "GET", path, query: pageQuery(options) });
  const page = readAnswer(pageOf(virtualKey), answer);
  print(context, options, answer, (paint) =>
    page.items.length === 0 ? "No virtual keys yet." : table(columns, page.items, paint),
  );
  moreHint(context, options, page.next_cursor, "npx meterr virtual-keys list");
}

function names(text: string): string[] {
  const found = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (found.length === 0) throw new InvalidArgumentError("It must name at least one model.");
  return found;
}

function mapping(text: string, previous: Record<string, string> | undefined): Record<string, string> {
  const at = text.indexOf("=");
  const provider = text.slice(0, Math.max(at, 0));
  const id = text.slice(at + 1);
  if (!(providers as readonly string[]).includes(provider) || id === "") {
    throw new InvalidArgumentError(`It must be provider=id with one of ${providers.join(", ")}.`);
  }
  if (previous?.[provider] !== undefined) throw new InvalidArgumentError(`${provider} is given twice.`);
  return { ...previous, [provider]: id };
}
