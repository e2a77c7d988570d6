import type { Provider } from "@meterr/metering";

/** What a call may cost at most, and for whom. */
export interface AdmitRequest {
  /** Organisation. */
  org: string;
  /** uuidv7 made by the gateway: the call's id, and its event's. */
  id: string;
  virtualKey: string;
  /** null: the sandbox's own credential. */
  providerSecret: string | null;
  provider: Provider;
  /** e.g. "chat.completions" */
  endpoint: string;
  model: string;
  simulated: boolean;
  stream: boolean;
  requestId: string;
  priceVersion: string | null;
  /** Cost of the bounded input, nano-dollars times 10^6. */
  inputMicro: bigint;
  /** Price of output, nano-dollars per million tokens. */
  outputPrice: bigint;
  /** Upper bound of the output tokens. */
  outputTokens: number;
  /** Whether the output may be cut to what fits. */
  lowerable: boolean;
}

export type AdmitVerdict = "ok" | AdmitRefusal;

export type AdmitRefusal = "key_revoked" | "key_expired" | "key_suspended" | "secret_revoked" | "budget_exceeded";

export type AdmitResult =
  | {
      verdict: "ok";
      /** What may be produced: the request's own bound, or what it was cut to. */
      outputTokens: number;
      reservedNanousd: bigint;
      admittedAt: Date;
    }
  | { verdict: AdmitRefusal };
