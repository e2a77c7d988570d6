import type { AdmitRequest, AdmitResult, AdmitVerdict } from "../admission.ts";
import { LedgerError } from "../errors.ts";
import { once, type LedgerPool } from "./pool.ts";
import { statements } from "./statements.ts";

/** Transactions of one organisation under way at once: one commits while the next is being filled. */
const MOST_RUNNING = 2;
/** Calls in one transaction at most: it holds the locks of all their budgets until it commits. */
const MOST_TOGETHER = 64;

interface Waiting {
  readonly request: AdmitRequest;
  resolve(result: AdmitResult): void;
  reject(error: unknown): void;
}

interface Row {
  id: string;
  verdict: AdmitVerdict;
  output_tokens: string;
  reserved_nanousd: string;
  admitted_at: Date;
}

/**
 * Admits at once when nothing of the organisation is under way, and gathers what arrives meanwhile into the next
 * transaction. A round trip costs the gateway as much as a whole pass-through, so under load this halves its work;
 * alone, a call waits for nobody.
 * @throws LedgerError ledger_unavailable (each call of a lost transaction is `uncertain`), admission_invalid
 */
export function admitTogether(pool: LedgerPool, gatewayId: string): (request: AdmitRequest) => Promise<AdmitResult> {
  const organisations = new Map<string, { waiting: Waiting[]; running: number }>();

  const start = (org: string, lane: { waiting: Waiting[]; running: number }): void => {
    const batch = lane.waiting.splice(0, MOST_TOGETHER);
    lane.running += 1;
    void admitBatch(pool, gatewayId, org, batch).finally(() => {
      lane.running -= 1;
      if (lane.waiting.length > 0) start(org, lane);
      else if (lane.running === 0) organisations.delete(org);
    });
  };

  return (request) =>
    new Promise((resolve, reject) => {
      let lane = organisations.get(request.org);
      if (lane === undefined) organisations.set(request.org, (lane = { waiting: [], running: 0 }));
      lane.waiting.push({ request, resolve, reject });
      if (lane.running < MOST_RUNNING) start(request.org, lane);
    });
}

/** Never rejects: every waiting call is answered. */
async function admitBatch(pool: LedgerPool, gatewayId: string, org: string, batch: readonly Waiting[]): Promise<void> {
  try {
    const requests = batch.map(({ request }) => request);
    const rows = await once<Row>(pool, statements.admit, [org, gatewayId, wireOf(requests)], "admission_invalid");
    const found = new Map(rows.map((row) => [row.id, row]));
    for (const { request, resolve, reject } of batch) {
      const row = found.get(request.id);
      if (row === undefined)
        reject(new LedgerError("ledger_unavailable", "The ledger gave no answer.", { uncertain: true }));
      else resolve(resultOf(row));
    }
  } catch (error) {
    // Refused as it is means rolled back as a whole: each is judged by itself, and only the one at fault fails.
    if (batch.length > 1 && error instanceof LedgerError && error.code === "admission_invalid") {
      for (const waiting of batch) await admitBatch(pool, gatewayId, org, [waiting]);
    } else {
      for (const { reject } of batch) reject(error);
    }
  }
}

function resultOf(row: Row): AdmitResult {
  if (row.verdict !== "ok") return { verdict: row.verdict };
  return {
    verdict: "ok",
    outputTokens: Number(row.output_tokens),
    reservedNanousd: BigInt(row.reserved_nanousd),
    admittedAt: row.admitted_at,
  };
}

function wireOf(requests: readonly AdmitRequest[]): string {
  return JSON.stringify(
    requests.map((request) => ({
      id: request.id,
      virtual_key: request.virtualKey,
      provider_secret: request.providerSecret,
      provider: request.provider,
      endpoint: request.endpoint,
      model: request.model,
      simulated: request.simulated,
      stream: request.stream,
      request_id: request.requestId,
      price_version: request.priceVersion,
      input_micro: request.inputMicro.toString(),
      output_price: request.outputPrice.toString(),
      output_tokens: request.outputTokens,
      lowerable: request.lowerable,
    })),
  );
}
