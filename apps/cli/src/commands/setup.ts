import { rm } from "node:fs/promises";
import type { Command } from "commander";
import { ApiClient } from "../api/client.ts";
import { baseUrlOf, saveOperator } from "../api/operator-credential.ts";
import { CliError } from "../errors.ts";
import { readPrivateFile } from "../home/read-private-file.ts";
import { askText } from "../terminal/ask-text.ts";
import { readSecret } from "../terminal/read-secret.ts";
import { setupAnswer } from "./answers.ts";
import { pathsOf, print, type CommandContext, type JsonOption } from "./context.ts";
import { withJson } from "./json-option.ts";
import { readAnswer } from "./read-answer.ts";

interface SetupOptions extends JsonOption {
  email?: string;
  name?: string;
  organisation?: string;
  passwordStdin?: true;
  tokenFile?: string;
}

/** `meterr setup`: the first owner and the first organisation. */
export function addSetup(program: Command, context: CommandContext): void {
  withJson(
    program
      .command("setup")
      .description("become the first owner of this instance")
      .option("--email <address>", "your email address")
      .option("--name <name>", "your name")
      .option("--organisation <name>", "the name of your organisation")
      .option("--password-stdin", "read your password from standard input")
      .option("--token-file <path>", "file that holds the one-time token; by default the one `npx meterr up` wrote"),
  ).action((options: SetupOptions) => setup(options, context));
}

async function setup(options: SetupOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const paths = pathsOf(context);
  const baseUrl = baseUrlOf(terminal.env);
  const tokenFile = options.tokenFile ?? paths.setupToken;
  const setupToken = (await readPrivateFile(tokenFile))?.trim();
  if (!setupToken) {
    throw new CliError("input_missing", `There is no one-time token at ${tokenFile}.`, {
      next: "Start Meterr with: npx meterr up. When it has an owner already, sign in to the dashboard instead.",
    });
  }
  const organisation = await askText(options.organisation, "Name of your organisation", "--organisation", terminal);
  const name = await askText(options.name, "Your name", "--name", terminal);
  const email = await askText(options.email, "Your email address", "--email", terminal);
  const password = await readSecret(
    { what: "Password", fromStdin: options.passwordStdin === true, option: "--password-stdin" },
    terminal,
  );
  const client = new ApiClient({ baseUrl, token: undefined, fetch: context.fetch });
  const body = { setup_token: setupToken, organisation, name, email, password, operator_token: true };
  const answer = readAnswer(setupAnswer, await client.send({ method: "POST", path: "/api/v1/setup", body }));
  await saveOperator(paths.operator, { baseUrl, token: answer.api_token });
  if (options.tokenFile === undefined) await rm(tokenFile, { force: true });
  const shown = { organisation: answer.organisation, member: answer.member, operator_file: paths.operator };
  print(context, options, shown, (paint) =>
    [
      `${paint("green", "✓")} ${email} now owns ${answer.organisation.name}.`,
      `  Operator credential: ${paths.operator} (only you can read it)`,
      `  ${paint("cyan", "→")} npx meterr provider-secrets add --provider openai --sandbox --secret-stdin`,
    ].join("\n"),
  );
}
