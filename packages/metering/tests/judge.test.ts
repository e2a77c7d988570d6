import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { scaledDecimal } from "../src/decimal.ts";
import { exactCost, extractUsage, findPrice, isProvider, type Endpoint } from "../src/index.ts";
import exceptions from "./judge-exceptions.json" with { type: "json" };

interface Extractor {
  provider_id: string;
  api_flavor: string;
  input_price?: string;
  output_price?: string;
}
interface Entry {
  body: { model?: string; modelVersion?: string };
  model?: string;
  extracted: { extractors: Extractor[] }[];
}

const ENDPOINTS: Record<string, Endpoint> = {
  "openai chat": "chat.completions",
  "openai responses": "responses",
  "openai embeddings": "embeddings",
  "anthropic default": "messages",
  "google default": "generateContent",
};
// Dollars to nano-dollars times 10^6.
const SCALE = 15;
const folder = process.env["METERR_JUDGE_DATA"];
const AT = new Date(exceptions.compared_at);

function compare(entry: Entry, endpoint: Endpoint, judged: Extractor): "agree" | "differ" | "here_only" | "neither" {
  const extraction = extractUsage(endpoint, entry.body);
  const model = extraction.modelServed ?? entry.model ?? "";
  const priced = isProvider(judged.provider_id) ? findPrice(judged.provider_id, model, AT) : null;
  const here = priced !== null && extraction.buckets !== null ? exactCost(extraction.buckets, priced.table) : null;
  if (judged.input_price === undefined) return here === null ? "neither" : "here_only";
  const input = scaledDecimal(judged.input_price.toLowerCase(), SCALE);
  const output = scaledDecimal((judged.output_price ?? "0").toLowerCase(), SCALE);
  return here !== null && here.input === input && here.output === output ? "agree" : "differ";
}

test(
  "recorded provider answers cost what the judge says, input and output apart, but for the listed exceptions",
  {
    skip:
      folder === undefined ? "METERR_JUDGE_DATA is not set: the recorded provider answers were NOT compared" : false,
  },
  (context) => {
    const entries = JSON.parse(readFileSync(join(folder ?? "", "provider-usage.json"), "utf8")) as Entry[];
    const differing: string[] = [];
    const hereOnly = new Map<string, number>();
    const tally = { agree: 0, differ: 0, here_only: 0, neither: 0 };
    for (const [record, entry] of entries.entries()) {
      for (const judged of entry.extracted.flatMap((one) => one.extractors)) {
        const extractor = `${judged.provider_id} ${judged.api_flavor}`;
        const endpoint = ENDPOINTS[extractor];
        if (endpoint === undefined) continue;
        const result = compare(entry, endpoint, judged);
        tally[result]++;
        if (result === "differ") differing.push(`${record} ${extractor}`);
        if (result === "here_only") {
          const name = `${entry.body.model ?? entry.body.modelVersion ?? entry.model} ${extractor}`;
          hereOnly.set(name, (hereOnly.get(name) ?? 0) + 1);
        }
      }
    }
    context.diagnostic(
      `${entries.length} recorded answers, ${tally.agree + tally.differ} priced by the judge for the extractors ` +
        `covered here: ${tally.agree} agree to the last digit, ${tally.differ} differ and are listed`,
    );
    // Equal lists: an unlisted disagreement fails, and so does a listed one that is none any more.
    assert.deepEqual(
      differing,
      exceptions.disagreements.map((one) => `${one.record} ${one.extractor}`),
    );
    assert.deepEqual(
      Object.fromEntries(hereOnly),
      Object.fromEntries(exceptions.priced_here_only.map((one) => [`${one.model} ${one.extractor}`, one.records])),
    );
    assert.ok(tally.agree > 1_000, "the comparison covered the data");
  },
);
