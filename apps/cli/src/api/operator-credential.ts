import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { CliError } from "../errors.ts";
import { readPrivateFile } from "../home/read-private-file.ts";
import { writePrivateFile } from "../home/write-private-file.ts";
import { isLoopback } from "../settings/loopback.ts";

const content = z.object({ url: z.string(), api_token: z.string().min(1) });

/** Whom the commands speak to, and as whom. */
export interface Operator {
  baseUrl: string;
  token: string;
}

export const defaultBaseUrl = "http://127.0.0.1:3000";

/**
 * The server's address: METERR_URL or the local default.
 * @throws CliError `usage` for anything but an origin, or for plain HTTP beyond this machine.
 */
export function baseUrlOf(env: Readonly<Record<string, string | undefined>>): string {
  const given =
    env["METERR_URL"] ||
    (env["METERR_DASHBOARD_PORT"] ? `http://127.0.0.1:${env["METERR_DASHBOARD_PORT"]}` : defaultBaseUrl);
  const url = URL.parse(given);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:") || url.href !== `${url.origin}/`) {
    throw new CliError("usage", "METERR_URL must be an address such as https://meterr.example.com, without a path.");
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new CliError(
      "usage",
      "METERR_URL must begin with https:// because the credential would cross a network in clear.",
    );
  }
  return url.origin;
}

/**
 * The credential commands act with: METERR_API_TOKEN, else the file `meterr setup` wrote.
 * A credential kept for one server is never sent to another.
 * @throws CliError `credential_missing`, `configuration_refused`, `usage`
 */
export async function loadOperator(path: string, env: Readonly<Record<string, string | undefined>>): Promise<Operator> {
  const token = env["METERR_API_TOKEN"];
  if (token) return { baseUrl: baseUrlOf(env), token };
  const text = await readPrivateFile(path);
  if (text === undefined) {
    throw new CliError("credential_missing", `There is no operator credential on this machine (${path}).`, {
      next: "Run: npx meterr setup, or set METERR_API_TOKEN to an API token made in the dashboard.",
    });
  }
  const kept = parse(text, path);
  if (!env["METERR_URL"]) return { baseUrl: baseUrlOf({ METERR_URL: kept.url }), token: kept.api_token };
  const baseUrl = baseUrlOf(env);
  if (baseUrl !== baseUrlOf({ METERR_URL: kept.url })) {
    throw new CliError(
      "credential_missing",
      "The operator credential on this machine belongs to another server than METERR_URL.",
      {
        next: "Set METERR_API_TOKEN to an API token of that server.",
      },
    );
  }
  return { baseUrl, token: kept.api_token };
}

/** Keeps the credential in a 0600 file. */
export async function saveOperator(path: string, operator: Operator): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writePrivateFile(path, `${JSON.stringify({ url: operator.baseUrl, api_token: operator.token }, null, 2)}\n`);
}

function parse(text: string, path: string): z.output<typeof content> {
  try {
    return content.parse(JSON.parse(text));
  } catch {
    throw new CliError("configuration_refused", `${path} does not hold an operator credential.`, {
      next: "Delete it and set METERR_API_TOKEN to an API token made in the dashboard.",
    });
  }
}
