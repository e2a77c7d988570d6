import { parseJsonBody } from "../body/parse-json-body.ts";
import { Problem } from "../problem.ts";
import type { RouteInput } from "../route.ts";
import { validatePart } from "./validate-part.ts";

export interface RawInput {
  readonly request: Request;
  readonly params: Record<string, string>;
  readonly query: Record<string, string>;
  rawBody(): Promise<Uint8Array>;
}

export interface ValidInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
}

const CREDENTIAL_HEADERS = new Set(["authorization", "cookie", "proxy-authorization", "x-api-key"]);

/** The validation gate: each part passes its schema, and a part without one must be absent. */
export async function readInput(input: RouteInput, raw: RawInput): Promise<ValidInput> {
  const params = input.params === undefined ? undefined : await validatePart("params", input.params, raw.params);
  const query =
    input.query === undefined ? refuseQuery(raw.query) : await validatePart("query", input.query, raw.query);
  const headers =
    input.headers === undefined ? undefined : await validatePart("headers", input.headers, headersOf(raw.request));
  const body = input.body === undefined ? await refuseBody(raw) : await bodyOf(input.body, raw);
  return { params, query, headers, body };
}

async function bodyOf(schema: NonNullable<RouteInput["body"]>, raw: RawInput): Promise<unknown> {
  return validatePart("body", schema, parseJsonBody(raw.request, await raw.rawBody()));
}

function refuseQuery(query: Record<string, string>): undefined {
  for (const _ in query) throw new Problem("invalid_input", { errors: [{ path: "query" }] });
  return undefined;
}

async function refuseBody(raw: RawInput): Promise<undefined> {
  if (raw.request.body === null && !raw.request.bodyUsed) return undefined;
  if ((await raw.rawBody()).byteLength > 0) throw new Problem("invalid_input", { errors: [{ path: "body" }] });
  return undefined;
}

function headersOf(request: Request): Record<string, string> {
  const values: Record<string, string> = Object.create(null);
  for (const [name, value] of request.headers) {
    if (!CREDENTIAL_HEADERS.has(name)) values[name] = value;
  }
  return values;
}
