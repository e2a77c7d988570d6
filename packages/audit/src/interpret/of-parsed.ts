import { wordsOf } from "../knowledge/names.ts";
import { fromSchema } from "../knowledge/validation.ts";
import { type Chain, client, type ClientPart, type Value } from "../values/value.ts";

/** What code that is not seen hands back of the request it was given: `const { auth, body, error } = await parseRequest(request, schema)`. */
const PARTS: Readonly<Record<string, ClientPart>> = {
  body: "body",
  payload: "body",
  input: "body",
  parsedBody: "body",
  query: "query",
  searchParams: "query",
  params: "params",
};
const READS = /^(?:parse|parsed|validate|validated|read|decode|extract|prepare|request|req|body|input|payload)$/;
/** What was asked of another server answers with a body of its own. */
const SENDS = /^(?:fetch|send|proxy|forward|post|call|make|dispatch|upstream|relay|do|perform|execute|build|create)$/;

export function parsedOf({ root, steps }: Chain, name: string): Value | null {
  const part = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
  if (part === undefined || root.k !== "foreign" || root.origin !== "missing") return null;
  const called = steps.at(-1);
  if (called?.kind !== "call" || !called.args.some((arg) => arg.k === "request" && arg.path === "")) return null;
  const before = steps.at(-2);
  const words = wordsOf(before?.kind === "member" ? before.name : root.name);
  if (!words.some((word) => READS.test(word)) || words.some((word) => SENDS.test(word))) return null;
  const whole = client(part, "", called.args.length > 1);
  const schema = part !== "params" ? called.args.find((arg) => arg.k === "chain") : undefined;
  return schema === undefined ? whole : fromSchema(schema, whole, 0);
}
