import { readFileSync } from "node:fs";
import type { SandboxCall } from "./ledger.ts";

/**
 * The calls of a ledger file, over every process that wrote it, in order of arrival; a finished line replaces its
 * received one. A last line cut by a power loss is ignored; any other broken line throws a SyntaxError.
 */
export function readLedger(path: string): SandboxCall[] {
  const calls = new Map<string, SandboxCall>();
  const lines = readFileSync(path, "utf8").split("\n");
  const cut = lines.pop();
  for (const line of lines) {
    const { event: _event, ...call } = JSON.parse(line) as SandboxCall & { event: string };
    calls.set(call.id, call);
  }
  void cut;
  return [...calls.values()];
}
