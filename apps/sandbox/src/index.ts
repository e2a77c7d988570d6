export type { Provider, TokenUsage } from "./exchange.ts";
export type { LedgerCounts, SandboxCall } from "./ledger.ts";
export type { Sandbox, SandboxOptions } from "./server.ts";
export { ANSWER_TOKENS } from "./answer.ts";
export { INVALID_CREDENTIAL_PREFIXES } from "./credential.ts";
export { readLedger } from "./read-ledger.ts";
export { startSandbox } from "./server.ts";
