import { settleChain } from "../interpret/consume.ts";
import type { Machine } from "../interpret/machine.ts";
import { type Chain, opaque, type Place, type Value } from "../values/value.ts";
import type { UnseenCall } from "./call.ts";
import { recogniseQuery } from "./databases/recognise.ts";

const FAILURE =
  /^(?:e|er|err|errs?|errors?|\w*(?:Err|Error)|is_?Err(?:or)?|failure|failed|reason|exception|ok|success|is_?Ok|is_?Success)$/;
const SUCCESS =
  /^(?:val|value|data|res|result|results|response|output|payload|ok|body|row|rows|\w*(?:Data|Result|Res))$/;
const PATTERN =
  /(?:const|let|var)\s*(?:\{([^{}]{1,200})\}|\[([^[\]]{1,200})\])\s*(?::[^=;]{1,80})?=\s*(?:await\s+)?\(?\s*$/;
const NAMED = /(?:const|let|var)\s+(\w+)\s*(?::[^=;]{1,80})?=\s*(?:await\s+)?\(?\s*$/;

/**
 * `const { val, err } = await cache.swr(key, load)`, `const [error, rows] = await to(() => …)`: what runs a function and
 * says beside its answer whether it failed puts the answer under a name of its own.
 */
export function enveloped(machine: Machine, value: Value, { file, node }: Place): Value {
  const text = machine.project.file(file)?.text;
  if (text === undefined || isEnvelope(value)) return value;
  if (value.k === "pending") return { ...value, value: enveloped(machine, value.value, { file, node }) };
  if (value.k === "chain" && !isStatement(machine, value)) return value;
  const settled = (): Value => (value.k === "chain" ? (settleChain(machine, value) ?? value) : value);
  const before = text.slice(Math.max(0, node.start - 300), node.start);
  const pattern = PATTERN.exec(before);
  if (pattern === null) {
    const [, name] = NAMED.exec(before) ?? [];
    if (name === undefined) return value;
    const members = new Set<string>();
    for (const [, member = ""] of text.slice(node.end, node.end + 1500).matchAll(/\b(\w+\??\.\w+)\b/g)) {
      const [object, field = ""] = member.split(/\??\./);
      if (object === name) members.add(field);
    }
    // A field that is none of an envelope's is the answer's own, and so are the others.
    return [...members].every((one) => FAILURE.test(one) || SUCCESS.test(one))
      ? envelope([...members], value, settled)
      : value;
  }
  const [, fields, elements] = pattern;
  if (fields !== undefined)
    return envelope(
      fields.split(",").flatMap((one) => /^\s*(\w+)/.exec(one)?.[1] ?? []),
      value,
      settled,
    );
  const names = (elements ?? "").split(",").map((one) => /^\s*(\w+)/.exec(one)?.[1] ?? "");
  if (names.length !== 2 || !names.some((name) => ERROR.test(name))) return value;
  const answer = settled();
  return { k: "list", items: names.map((name) => (ERROR.test(name) ? opaque(name) : answer)) };
}

/**
 * `const [error, row] = await to(prisma.link.findUnique(…))`, `await tryCatch(db.select()…)`: what waits for a promise and
 * says how it went is handed a statement, and sends it. Null: it is handed none, or does more with it than to wait.
 */
export function awaited({ machine, method, args: [first], receiver, isNew, place }: UnseenCall): Value | null {
  if (isNew || receiver !== null || first?.k !== "chain" || !WAITS.test(method)) return null;
  const answer = isStatement(machine, first) ? settleChain(machine, first) : null;
  return answer === null ? null : enveloped(machine, answer, place);
}
const WAITS =
  /^(?:to|until|go|goCatch|awaitTo\w*|await_?to|safe(?:ly|_?(?:await|async|try|promise|call|run))?|try(?:_?(?:catch|async|to|await|promise))?|attempt(?:_?async)?|catch_?(?:error|err|async|promise)?|settle[ds]?|with_?(?:timeout|retry|retries|deadline)|timeout|retry|from_?(?:async_?)?(?:promise|throwable)|promise_?to_?result|to_?result|wrap_?(?:promise|async)|handle_?(?:promise|async))$/i;
const ERROR = /^_*(?:e|er|errs?|errors?|\w*(?:Err|Error)|failure|failed)$/;

/** An answer beside a failure; anything else that is taken of it is the answer's own. */
function envelope(names: readonly string[], value: Value, settled: () => Value): Value {
  const failures = names.filter((name) => FAILURE.test(name) && !has(value, name));
  const answers = names.filter((name) => SUCCESS.test(name) && !failures.includes(name) && !has(value, name));
  if (failures.length === 0 || answers.length === 0) return value;
  const props = new Map<string, Value>(failures.map((name) => [name, opaque(name)]));
  const answer = settled();
  for (const name of answers) props.set(name, answer);
  return { k: "struct", props, spreads: [], node: null };
}

/** `() => prisma.link.findUnique(…)`: sent by whatever awaits it. */
function isStatement(machine: Machine, chain: Chain): boolean {
  const query = recogniseQuery(machine, chain)?.query;
  return query !== undefined && query !== null && query.library !== "supabase";
}

/** Supabase answers with an envelope itself, and of what is not known anything may be a field. */
function isEnvelope(value: Value): boolean {
  if (value.k === "rows") return value.query.library === "supabase";
  return value.k === "opaque" || value.k === "client";
}

/** The answer has a field of this name itself. */
function has(value: Value, name: string): boolean {
  if (value.k === "struct") return value.props.has(name);
  return value.k === "choice" && value.alternatives.some((one) => has(one.value, name));
}
