import { ApiClient } from "../api/client.ts";
import { loadOperator } from "../api/operator-credential.ts";
import { homePaths, type HomePaths } from "../home/paths.ts";
import { resolveHome, type HomeSurroundings } from "../settings/resolve-home.ts";
import { colours, type Paint } from "../terminal/colours.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** All a command may use of the world; made once in main.ts, replaced in tests. */
export interface CommandContext {
  terminal: Terminal;
  fetch: typeof globalThis.fetch;
  now(): Date;
  surroundings: HomeSurroundings;
}

/** Options every command has. */
export interface JsonOption {
  json?: true;
}

export function pathsOf(context: CommandContext): HomePaths {
  return homePaths(resolveHome(context.surroundings));
}

/** A client that acts as the operator of this machine. */
export async function operatorClient(context: CommandContext): Promise<ApiClient> {
  const { env } = context.terminal;
  // With a token in the environment the home is not looked at: the command may run anywhere.
  const path = env["METERR_API_TOKEN"] ? "" : pathsOf(context).operator;
  const { baseUrl, token } = await loadOperator(path, env);
  return new ApiClient({ baseUrl, token, fetch: context.fetch });
}

/** Writes a result: as one JSON document, or as `text` says it to a person. */
export function print(
  context: CommandContext,
  options: JsonOption,
  value: unknown,
  text: (paint: Paint) => string,
): void {
  const { stdout, env } = context.terminal;
  stdout.write(options.json === true ? `${JSON.stringify(value, null, 2)}\n` : `${text(colours(stdout, env))}\n`);
}
