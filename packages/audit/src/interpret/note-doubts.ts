import type { Node } from "oxc-parser";
import { keyOf } from "../values/key.ts";
import { comparisons } from "../values/query.ts";
import { clientsOf } from "../values/trust.ts";
import type { Value } from "../values/value.ts";
import { evidence } from "./learn.ts";
import type { Machine } from "./machine.ts";

const REFUSES = /\b40[13]\b|un_?authori[sz]ed|un_?authenticated|forbidden|(?:access|permission) ?denied/i;
/** Something is wrong with what was sent, or comes too often: that is no question of who sends it. */
const OF_INPUT = /\b(?:304|4(?:00|05|09|1\d|2\d))\b|too many|slow ?down/i;
/** What tells where a request came from, and not who sent it. */
const OF_THE_WAY =
  /origin|referr?er|content-type|user-agent|forwarded|host|(?:^|-)ip(?:-|$)|country|region|version|platform|^accept|requested-with|locale|lang|captcha|csrf|xsrf/i;
/** Of a body, a query or a path only what is called a secret. */
const SECRETS = /token|secret|key|pass|code|pin|sig/i;
/** What is asked of a caller that has nothing to do with what is theirs. */
const NOT_OF_RIGHTS = /plan|limit|quota|credit|locale|lang|setting|preference|verified|banned|name$|tier|balance/i;
const EQUALS = /^[!=]==?$/;
const MAX_DEPTH = 7;

/**
 * Somebody was turned away, and what was asked of them is no more than suspected: by 401 or 403 for something they sent
 * (`refused`), or by who is calling and what they named, both at once (`doubt:<value>`). Where the engine understands
 * what was asked there are other facts, and where it does not, nobody has forgotten to ask.
 */
export function noteDoubts(machine: Machine, file: string, refusal: Node | null, asked: readonly Value[]): void {
  if (machine.state === null) return;
  const seen: Seen = { caller: false, sent: false, keys: new Set() };
  for (const value of asked) if (!isPlain(value)) look(value, seen, 0);
  const isAboutBoth = seen.caller && seen.keys.size > 0;
  if (!isAboutBoth && !seen.sent) return;
  const text = refusal === null ? "" : (machine.project.file(file)?.text.slice(refusal.start, refusal.end) ?? "");
  if (OF_INPUT.test(text)) return;
  if (isAboutBoth) {
    const why = evidence("what is asked about it is not understood", null, false);
    for (const key of seen.keys) machine.learn(`doubt:${key}`, why);
  }
  if (seen.sent && REFUSES.test(text))
    machine.learn("refused", evidence("some are refused, for what is not understood", null, false));
}

/** Whether there is something, and no more. */
function isPlain(value: Value): boolean {
  return value.k === "derived" && value.op === "!"
    ? value.args.every(isPlain)
    : value.k === "rows" || value.k === "principal" || value.k === "client" || value.k === "opaque";
}

interface Seen {
  caller: boolean;
  /** Something of the request is weighed: not only whether it is there, or that it is some constant. */
  sent: boolean;
  readonly keys: Set<string>;
}

function look(value: Value, seen: Seen, depth: number): void {
  if (depth > MAX_DEPTH) return;
  const inside = (one: Value): void => look(one, seen, depth + 1);
  switch (value.k) {
    case "client":
      seen.keys.add(keyOf(value));
      return;
    case "rows":
      for (const { value: by } of comparisons(value.query.where))
        for (const said of clientsOf(by)) seen.keys.add(keyOf(said));
      return;
    case "principal":
      if (value.path !== "" && !NOT_OF_RIGHTS.test(value.path)) seen.caller = true;
      return;
    case "derived":
      // Who equals whom is understood; what a call makes of them is not.
      if (EQUALS.test(value.op)) return value.args.filter(({ k }) => k === "chain").forEach(inside);
      // `header.startsWith("Bearer ")` tells what it is, and not whose.
      if (weighs(value.args) && value.args.some((arg) => arg.k !== "literal" && clientsOf(arg).length === 0))
        seen.sent = true;
      value.args.forEach(inside);
      return;
    case "choice":
      for (const one of value.alternatives) inside(one.value);
      return;
    case "list":
      value.items.forEach(inside);
      return;
    case "struct":
      value.props.forEach(inside);
      value.spreads.forEach(inside);
      return;
    case "chain": {
      const args = value.steps.flatMap((step) => (step.kind === "member" ? [] : step.args));
      if (weighs(args)) seen.sent = true;
      // `await checkReference(ctx, input)`: who is calling is known from what it was handed.
      if (isHandedRequest(args) && !NOT_OF_CALLER.test(namesOf(value)) && !DOES.test(calledIn(value)))
        seen.caller = true;
      inside(value.root);
      args.forEach(inside);
      return;
    }
    case "pending":
      return inside(value.value);
    default:
  }
}

function isHandedRequest(args: readonly Value[]): boolean {
  return args.some((arg) => arg.k === "request" || (arg.k === "struct" && [...arg.props.values()].some(isRequest)));
}

function isRequest({ k }: Value): boolean {
  return k === "request";
}

function calledIn({ root, steps }: Extract<Value, { k: "chain" }>): string {
  const last = steps.findLastIndex(({ kind }) => kind === "call");
  const named = steps[last - 1];
  return named?.kind === "member" ? named.name : root.k === "foreign" ? root.name : "";
}
/** That something could not be done is no answer to whether it may be. */
const DOES =
  /^(?:create|add|save|store|insert|update|upsert|delete|remove|send|notify|upload|write|process|run|execute|publish|emit|enqueue|track|log|sync|import|export|generate|build|make|start|stop|submit|post|put|set|apply|handle)(?![a-z])/;

function namesOf({ root, steps }: Extract<Value, { k: "chain" }>): string {
  const names = steps.flatMap((step) => (step.kind === "member" ? [step.name] : []));
  return [root.k === "foreign" ? root.name : "", ...names].join(".");
}
/** How often, whether it is a person, what it looks like, and whether it can be done just now. */
const NOT_OF_CALLER =
  /limit|throttl|captcha|turnstile|csrf|xsrf|schema|parse|multer|upload|body|json|form|locale|translat|feature|flag|format|syntax|sanit/i;

function weighs(args: readonly Value[]): boolean {
  return args.some((arg) =>
    clientsOf(arg).some(
      ({ part, path }) =>
        part !== "method" && !OF_THE_WAY.test(path) && (part === "header" || part === "cookie" || SECRETS.test(path)),
    ),
  );
}
