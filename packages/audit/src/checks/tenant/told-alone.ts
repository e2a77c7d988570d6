import { wordsOf } from "../../knowledge/names.ts";
import type { ProjectFile } from "../../project.ts";
import { unscopedQuery } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import { says } from "../../source/says.ts";
import type { Operation } from "../../trace/operation.ts";
import { keyOf } from "../../values/key.ts";
import { comparisons } from "../../values/query.ts";
import { clientsOf, trustOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";
import { describe } from "../wording/describe-value.ts";
import { isPublicByDesign } from "../openness/public-by-design.ts";

type Call = Extract<Operation, { kind: "call" }>;
type ClientValue = Extract<Value, { k: "client" }>;

const CHANGES =
  /^(?:update|set|save|edit|rename|patch|change|assign|transfer|cancel|archive|restore|revoke|approve|reject|rotate|reset|regenerate|enable|disable|activate|deactivate|close|reopen|move|merge|delete|remove|destroy|erase|purge|drop|soft)$/;

/** Who is calling, as handlers read it of the request or of what stands for a session. */
const CALLER =
  /\b(?:req|request|ctx|context|c|res)\.(?:(?:var|state|locals)\.)?(?:user|session|auth|account|principal|member|viewer|actor|identity|tenant|org|organi[sz]ation)\b[?!]?\.\w[\w.?!]*|\b(?:session|viewer|actor|principal|currentUser|me|caller|membership)[?!]?\.(?:user[?!]?\.)?\w*(?:[iI]d|[oO]rg\w*|[tT]enant|[tT]eam|[pP]roject)\b/;
/** Which one, as the request names it. */
const WHICH = /\bparams\b|\b\w*[iI]d\b(?!\s*:)/;
/** What makes something, or looks at many, is told whose and not which. */
const OF_NONE = /^(?:create|add|insert|new|list|count|search|find(?:All|Many)|get(?:All|Many))(?![a-z])/;
/** `store.close(`, `stores().close(`, `this.store.close(` */
const CALL = /\b(?:this\.)?(\w+)(?:\(\))?\.(\w+)\(/g;
const REACH = 300;

const known = new WeakMap<ProjectFile, ReadonlyMap<string, ReadonlySet<string>>>();

/**
 * `machines.remove(req.params.id)` of something that is not seen, where the file's other calls of the same say whose it
 * is as well: `machines.rename(req.params.id, req.user.farmId, name)`. Those make the odd one out certain.
 */
export function toldAlone(one: Call, judged: Judged, report: Report): boolean {
  const { entry, trace, project } = judged;
  if (one.place.file !== entry.file || (one.origin !== "missing" && one.origin !== "opaque")) return false;
  if (!wordsOf(one.name).some((word, at) => at < 2 && CHANGES.test(word))) return false;
  const { facts } = one;
  if (!facts.has("auth") && !facts.has("opaque:auth") && !facts.has("unmounted")) return false;
  if (
    ["role", "global", "rls", "signature", "shared-secret", "capability", "opaque:scope"].some((name) =>
      facts.has(name),
    )
  )
    return false;
  const file = project.file(entry.file);
  const receiver = receiverOf(one.path);
  if (file === null || receiver === "" || !says(file, CALLER)) return false;
  const id = idAmong(one.args, one);
  if (id === null) return false;
  const whose = toldWhose(file).get(receiver);
  if (whose === undefined || whose.size < 2 || whose.has(one.name)) return false;
  if (isPublicByDesign(entry, judged) || /admin|internal/i.test(`${entry.path ?? ""} ${entry.file}`)) return false;
  // It was looked for as the caller's before, or is looked at by code that is told both.
  const key = keyOf(id);
  const asked = trace.operations.some(
    (other) =>
      other !== one &&
      other.place.node.start < one.place.node.start &&
      ((other.kind === "call" && other.args.some((arg) => arg.k === "request" || keyOf(arg).includes(key))) ||
        (other.kind === "query" && comparisons(other.query.where).some(({ value }) => keyOf(value).includes(key)))),
  );
  if (asked) return false;
  report.violated(
    unscopedQuery,
    one.place,
    `Other calls of ${receiver} here say whose it is; ${one.name} is told ${describe(id)} alone.`,
    one,
  );
  return true;
}

function receiverOf(path: string): string {
  return path.split(".").at(-2) ?? "";
}

/** The client's id, where that is all that could say whose it is. */
function idAmong(args: readonly Value[], { facts }: Call): ClientValue | null {
  let found: ClientValue | null = null;
  for (const arg of args.flatMap(partsOf)) {
    if (arg.k === "client") {
      if (trustOf(arg, facts) !== null || /(?:tenant|org\w*|team|workspace|project|user|owner)_?id$/i.test(arg.path))
        return null;
      if (/(?:^|[._])(?:id|uuid)$|[a-z](?:Id|Uuid)$/.test(arg.path)) found ??= arg;
    } else if (arg.k !== "literal" && !isOfClient(arg)) return null;
  }
  return found;
}

/** Computed from what the client says and constants; nothing else is in it. */
function isOfClient(value: Value): boolean {
  if (value.k === "derived") return value.args.every((arg) => arg.k === "literal" || isOfClient(arg));
  return value.k === "client" || (value.k === "choice" && [...clientsOf(value)].length > 0);
}

function partsOf(value: Value): readonly Value[] {
  return value.k === "struct" ? [...value.props.values(), ...value.spreads] : [value];
}

/** For each that is called, the methods that are told which one and whose. */
function toldWhose(file: ProjectFile): ReadonlyMap<string, ReadonlySet<string>> {
  const before = known.get(file);
  if (before !== undefined) return before;
  const found = new Map<string, Set<string>>();
  known.set(file, found);
  for (const { index, 0: head, 1: receiver = "", 2: method = "" } of file.text.matchAll(CALL)) {
    const given = argumentsAt(file.text, index + head.length);
    if (OF_NONE.test(method) || !CALLER.test(given) || !WHICH.test(given.split(CALLER).join(" "))) continue;
    const methods = found.get(receiver) ?? new Set();
    found.set(receiver, methods.add(method));
  }
  return found;
}

/** The text up to the parenthesis that ends a call. */
function argumentsAt(text: string, from: number): string {
  let open = 1;
  const end = Math.min(text.length, from + REACH);
  for (let at = from; at < end; at += 1) {
    if (text[at] === "(") open += 1;
    else if (text[at] === ")") open -= 1;
    if (open === 0) return text.slice(from, at);
  }
  return "";
}
