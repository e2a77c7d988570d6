import { Option, type Command } from "commander";
import { findByName } from "../api/find-by-name.ts";
import { readSecret } from "../terminal/read-secret.ts";
import { table, type Column } from "../terminal/table.ts";
import { pageOf, providerSecret, type ProviderSecret } from "./answers.ts";
import { operatorClient, print, type CommandContext, type JsonOption } from "./context.ts";
import { withJson } from "./json-option.ts";
import { addPaging, moreHint, pageQuery, type PagingOptions } from "./paging.ts";
import { readAnswer } from "./read-answer.ts";

export const providers = ["openai", "anthropic", "google"] as const;
const path = "/api/v1/provider-secrets";

interface AddOptions extends JsonOption {
  provider: string;
  name?: string;
  sandbox?: true;
  baseUrl?: string;
  secretStdin?: true;
}

/** `meterr provider-secrets add | list | revoke`. */
export function addProviderSecrets(program: Command, context: CommandContext): void {
  const group = program.command("provider-secrets").description("the provider API keys of your organisation, sealed");
  withJson(
    group
      .command("add")
      .description("seal a provider secret")
      .addOption(new Option("--provider <provider>", "whose secret it is").choices(providers).makeOptionMandatory())
      .option("--name <name>", "how you call it; by default the provider's name")
      .option("--sandbox", "for test mode: it is only ever sent to the simulated provider")
      .option("--base-url <url>", "another destination, which the operator must have allowed")
      .option("--secret-stdin", "read the secret from standard input"),
  ).action((options: AddOptions) => add(options, context));
  addPaging(withJson(group.command("list").description("list the provider secrets"))).action(
    (options: PagingOptions & JsonOption) => list(options, context),
  );
  withJson(
    group
      .command("revoke")
      .description("revoke a provider secret")
      .argument("<id-or-name>", "its id, or its name where only one has it"),
  ).action(async (named: string, options: JsonOption) => {
    const client = await operatorClient(context);
    const kind = { path, item: providerSecret, what: "provider secret", list: "provider-secrets" };
    const { id, text } = await findByName(client, kind, named);
    await client.send({ method: "DELETE", path: `${path}/${encodeURIComponent(id)}` });
    print(context, options, { id, revoked: true }, (paint) => `${paint("green", "✓")} Revoked ${text}.`);
  });
}

async function add(options: AddOptions, context: CommandContext): Promise<void> {
  const client = await operatorClient(context);
  const secret = await readSecret(
    { what: "Provider secret", fromStdin: options.secretStdin === true, option: "--secret-stdin" },
    context.terminal,
  );
  const body = {
    provider: options.provider,
    name: options.name ?? (options.sandbox === true ? `${options.provider} (sandbox)` : options.provider),
    secret,
    ...(options.sandbox === true ? { sandbox: true } : {}),
    ...(options.baseUrl === undefined ? {} : { base_url: options.baseUrl }),
  };
  const answer = await client.send({ method: "POST", path, body });
  const sealed = readAnswer(providerSecret, answer);
  print(context, options, answer, (paint) =>
    [
      `${paint("green", "✓")} Sealed ${sealed.name} for ${sealed.provider}${sealed.simulated === true ? " (simulated)" : ""}.`,
      `  id      ${sealed.id}`,
      `  status  ${sealed.status}`,
      `  ${paint("cyan", "→")} npx meterr virtual-keys create --name my-app --limit-usd 0.01${sealed.simulated === true ? " --test" : ""}`,
    ].join("\n"),
  );
}

const columns: readonly Column<ProviderSecret>[] = [
  { title: "ID", value: (row) => row.id },
  { title: "PROVIDER", value: (row) => row.provider },
  { title: "NAME", value: (row) => row.name },
  { title: "HINT", value: (row) => row.hint },
  { title: "STATUS", value: (row) => (row.revoked_at ? "revoked" : row.status) },
  { title: "MODE", value: (row) => (row.simulated === true ? "simulated" : "live") },
  { title: "CREATED", value: (row) => row.created_at?.slice(0, 10) },
];

async function list(options: PagingOptions & JsonOption, context: CommandContext): Promise<void> {
  const answer = await (await operatorClient(context)).send({ method: "GET", path, query: pageQuery(options) });
  const page = readAnswer(pageOf(providerSecret), answer);
  print(context, options, answer, (paint) =>
    page.items.length === 0 ? "No provider secrets yet." : table(columns, page.items, paint),
  );
  moreHint(context, options, page.next_cursor, "npx meterr provider-secrets list");
}
