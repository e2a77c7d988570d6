import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "./machine.ts";

/** What the simulated provider wrote down about one call: the judge's side of the story. */
export interface SandboxCall {
  id: string;
  endpoint: string;
  model: string | null;
  stream: boolean;
  /** The gateway's id of the call. */
  client_request_id: string | null;
  finished_at: string | null;
  status: number | null;
  /** Tokens as a provider would bill them; null when nothing was generated. */
  usage: { input: number; output: number } | null;
  /** The whole answer was handed over. */
  completed: boolean;
}

/** Every call the sandbox ever received on this machine, over all its restarts. */
export async function sandboxCalls(machine: Machine): Promise<SandboxCall[]> {
  const text = await readFile(join(machine.home, "home", "sandbox", "ledger.jsonl"), "utf8").catch(() => "");
  const calls = new Map<string, SandboxCall>();
  // What follows the last line feed is a line being written.
  for (const line of text.split("\n").slice(0, -1)) {
    const call = JSON.parse(line) as SandboxCall;
    calls.set(call.id, call);
  }
  return [...calls.values()];
}

/** Those that acted for a virtual key: the key service tries fresh provider secrets for none, whenever it finds the time. */
export async function callsOfKeys(machine: Machine): Promise<SandboxCall[]> {
  return (await sandboxCalls(machine)).filter((call) => call.client_request_id !== null);
}
