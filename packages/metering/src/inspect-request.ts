import type { Edit } from "./edit-top-level.ts";
import { MeteringError } from "./errors.ts";
import { FIELD_TABLES } from "./fields/tables.ts";
import { newVisit, type Visit } from "./fields/visit.ts";
import { isObject, member, type JsonObject } from "./json.ts";
import { outputFields, type OutputFields } from "./output-fields.ts";
import { parseBody } from "./parse-body.ts";
import type { Endpoint, Provider } from "./provider.ts";

/** What must be known of a request before it is admitted. */
export interface Inspection {
  readonly provider: Provider;
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly stream: boolean;
  /** Choices asked for; each may be as long as the limit on output. */
  readonly n: number;
  /** The request's own limit on the output tokens of one choice. */
  readonly maxOutput: number | null;
  /** Members that hold, or would hold, that limit. */
  readonly maxOutputPaths: readonly Edit["path"][];
  /** The client asked for usage in the stream itself, so the stream stays as it is. */
  readonly wantsUsage: boolean;
  /** Edits the ledger needs for its own sake: `include_usage`, and under a limit the standard service tier. */
  readonly edits: readonly Edit[];
  /** Under a hard limit: path of the first field whose cost cannot be bounded. Null otherwise. */
  readonly notMetered: string | null;
  readonly input: InputMeasure;
}

/** The material of an input bound. `texts` is empty when nobody needs an exact count (no limit). */
export interface InputMeasure extends Readonly<Omit<Visit, "notMetered" | "texts">> {
  readonly bodyBytes: number;
  readonly texts: readonly string[];
}

export interface InspectOptions {
  /** A hard money limit binds this call: the body is scanned strictly against the closed table. */
  readonly limited: boolean;
  /** Google names the model in the path; for the others the body does. */
  readonly model?: string;
}

// Answering without asking for the model is what the search models do: a fee for each call, and text nobody sent.
const MODEL_NOT_METERED =
  /search-(preview|api)|deep-research|computer-use|-(realtime|live|tts|transcribe|audio|image)\b/i;

/** Whether a model adds cost by itself that no field of the request shows. */
export function modelNotMetered(model: string): boolean {
  return MODEL_NOT_METERED.test(model);
}

function modelOf(body: JsonObject, options: InspectOptions): string {
  const model = options.model ?? body["model"];
  if (typeof model !== "string" || model.length === 0 || model.length > 200) {
    throw new MeteringError("body_invalid", "The model is missing or not a name", "model");
  }
  return model;
}

function streamOf(body: JsonObject, endpoint: Endpoint): boolean {
  if (endpoint === "streamGenerateContent") return true;
  const stream = body["stream"] ?? false;
  if (typeof stream !== "boolean") throw new MeteringError("body_invalid", "stream is true or false", "stream");
  return stream && endpoint !== "embeddings";
}

function usageEdits(body: JsonObject, endpoint: Endpoint, stream: boolean): { wanted: boolean; edits: Edit[] } {
  if (endpoint !== "chat.completions" || !stream) return { wanted: false, edits: [] };
  const options = body["stream_options"] ?? null;
  if (options !== null && !isObject(options)) {
    throw new MeteringError("body_invalid", "stream_options is an object", "stream_options");
  }
  const wanted = member(options, "include_usage") === true;
  return { wanted, edits: wanted ? [] : [{ path: ["stream_options", "include_usage"], value: true }] };
}

/** `auto`, also when absent, means the tier of the provider's project, which may be a dearer one. */
function tierEdits(body: JsonObject, provider: Provider, endpoint: Endpoint): Edit[] {
  const tier = body["service_tier"] ?? "auto";
  const named = provider === "openai" && (endpoint === "chat.completions" || endpoint === "responses");
  return named && tier === "auto" ? [{ path: ["service_tier"], value: "default" }] : [];
}

function measure(raw: Uint8Array, visit: Visit): InputMeasure {
  const { notMetered: _, ...found } = visit;
  return { ...found, bodyBytes: raw.byteLength };
}

/**
 * Reads what matters from a request body that arrived as `raw`. Without a limit any field passes; with one, the body
 * must keep to the closed table of `fields/` and `notMetered` names the first field that does not.
 * @throws MeteringError `body_invalid` with the path of the field at fault.
 */
export function inspectRequest(
  provider: Provider,
  endpoint: Endpoint,
  raw: Uint8Array,
  options: InspectOptions,
): Inspection {
  const body = parseBody(raw, options.limited);
  const model = modelOf(body, options);
  const stream = streamOf(body, endpoint);
  const output: OutputFields = outputFields(endpoint, body);
  const usage = usageEdits(body, endpoint, stream);
  const visit = newVisit();
  if (options.limited) {
    const table = FIELD_TABLES[endpoint];
    table?.(body, "", visit);
    if (table !== undefined && modelNotMetered(model)) visit.notMetered ??= "model";
  }
  return {
    provider,
    endpoint,
    model,
    stream,
    n: output.n,
    maxOutput: output.limit,
    maxOutputPaths: output.paths,
    wantsUsage: usage.wanted,
    edits: options.limited ? [...usage.edits, ...tierEdits(body, provider, endpoint)] : usage.edits,
    notMetered: visit.notMetered,
    input: measure(raw, visit),
  };
}

/** The edits that lower the output of one choice to `tokens`. */
export function limitOutput(inspection: Inspection, tokens: number): Edit[] {
  return inspection.maxOutputPaths.map((path) => ({ path, value: tokens }));
}
