import { serverSideRequest } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import { says } from "../../source/says.ts";
import { calledName } from "../../syntax/called-name.ts";
import { standsApart } from "../../syntax/stands-apart.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Facts } from "../../values/facts.ts";
import { keyOf } from "../../values/key.ts";
import type { Value } from "../../values/value.ts";
import { isAsserted, speaksOf, type Said } from "../wording/client-word.ts";
import { describe } from "../wording/describe-value.ts";
import { isFiltered } from "./refusing-agents.ts";

/** What asks where an address leads before anything is sent there. */
const LOOKS =
  /host|protocol|private|internal|allow|block|public|safe|valid|startsWith|origin|trusted|ssrf|isIP|\.test\(|\.match\(|includes\(|\.has\(|domain/i;
const ASKS =
  /assert|check|valid|safe|public|private|ssrf|allow|guard|normali|sanitiz|resolve|lookup|ensure|verify|is[A-Z]/;

/** The server sends a request to whatever host the client names: its own network is behind it. */
export function serverSideRequests({ trace, project }: Judged, report: Report): void {
  for (const [at, one] of trace.operations.entries()) {
    if (one.kind !== "fetch" || !sends(calledName(one.place.node))) continue;
    const said = hostOf(one.url);
    if (said === null || said.closed === true || one.facts.has("signature") || isAsserted(said, one.facts)) continue;
    const file = project.file(one.place.file);
    const looked =
      (file !== null && isFiltered(one.place.node, file)) ||
      isRefined(said, (file) => project.file(file)?.text ?? "") ||
      trace.operations.slice(0, at).some((before) => {
        if (!mayAsk(before) || runsInstead(before, one)) return false;
        if (before.kind === "call") return asksWhere(before) && before.args.some((arg) => speaksOf(arg, said));
        // `allowed.some((one) => new URL(one).origin === url.origin)`
        if (before.kind === "compare")
          return (
            speaksOf(before.left, said) !== speaksOf(before.right, said) &&
            /host|origin/i.test(
              project.file(before.place.file)?.text.slice(before.place.node.start, before.place.node.end) ?? "",
            )
          );
        // `HOSTS.has(url.hostname) ? url : null`
        if (before.kind !== "choose" && (before.kind !== "test" || before.denies === "neither")) return false;
        const asked = withoutScheme(
          project.file(before.place.file)?.text.slice(before.place.node.start, before.place.node.end) ?? "",
        );
        return LOOKS.test(asked) && (speaksOf(before.value, said) || /host|protocol|private|url/i.test(asked));
      });
    if (looked) continue;
    if (said.looked === undefined && isValidated(said, one.facts) && file !== null && says(file, /refine\(/)) {
      report.unknown("a schema that is not seen may ask which host it is");
      continue;
    }
    report.violated(
      serverSideRequest,
      one.place,
      `${describe(said)} says which host the server calls: its own network and the cloud's metadata are within reach.`,
      one,
    );
    return;
  }
}

/** `assertPublic(url)`, `isAllowed(url)`. That it is an address at all, or how it is written, says nothing of where it leads. */
function asksWhere({ name, args }: Extract<Operation, { kind: "call" }>): boolean {
  // `isURL(address, { host_whitelist: […] })`
  if (SAYS_WHETHER_URL.test(name)) return name.startsWith("is") && args.some(({ k }) => k === "struct");
  return ASKS.test(name);
}
const SAYS_WHETHER_URL =
  /^(?:is_?(?:an?_?)?(?:https?_?|web_?|absolute_?)?(?:url|uri|link|string|empty|array|nil)|normali[sz]e_?ur[il])$/i;

function mayAsk({ kind }: Operation): boolean {
  return kind === "call" || kind === "compare" || kind === "choose" || kind === "test";
}

/** What was asked on another branch, `if (kind === "feed") return safeFetch(url)`, was not asked here. */
function runsInstead(before: Operation, { place, within }: Operation): boolean {
  const around = within.at(-1);
  if (around === undefined || around.file !== place.file) return false;
  const there = [before.place, ...before.calls].find(
    ({ file, node }) => file === around.file && around.node.start < node.start && node.end <= around.node.end,
  );
  return there !== undefined && standsApart(around.node, there.node, place.node);
}

/** Functions of the schema this value came through ask where it leads; one that is not seen may. */
function isRefined(said: Said, textOf: (file: string) => string): boolean {
  return (said.looked ?? []).some((asked) => {
    if (asked.k !== "closure") return asked.k !== "literal";
    const text = withoutScheme(textOf(asked.file).slice(asked.node.start, asked.node.end));
    return LOOKS.test(text) || ASKS.test(text);
  });
}

function isValidated(said: Said, facts: Facts): boolean {
  return said.checked || facts.has(`valid:${keyOf({ ...said, path: "" })}`);
}

/** `url.protocol !== "https:"`, `url.startsWith("http")`: how it is to be reached says nothing of where it leads. */
function withoutScheme(test: string): string {
  return test
    .replace(/(?<![\w.?!])[\w.?!]*\bprotocol\s*[!=]==?\s*["'`]\w*:?["'`]/g, "")
    .replace(/\[\s*["'`]https?:["'`][^\]]{0,200}\]\.includes\([^)]{0,200}\)/g, "")
    .replace(/(?<![\w.?!])[\w.?!]+\.startsWith\(\s*["'`]https?:?(?:\/\/)?["'`]\s*\)/g, "")
    .replace(/\/\^\(?https\?[^)]{0,200}?\/\w{0,8}\.test\([^)]{0,200}\)/g, "")
    .replace(ANY_HOST, "")
    .replace(ENDS, "");
}

/** `/^https:\/\/.+\.tar\.gz$/.test(url)`: a pattern that any host fits. */
const ANY_HOST =
  /\/\^?(?:\(\?:|\()?https?\??(?:\|\w+)?\)?:\\\/\\\/(?:\(\?:|\()?(?:\.|\\S|\[\^\\s[^\]]{0,20}\])[+*](?!\\\.[\w-]+\\\.(?:com|net|org|io|dev|app|cloud)\b)(?:[^/\\]|\\.){0,200}\/\w{0,8}\.test\((?![^)]*(?:host|domain|origin))[^)]{0,200}\)/g;
/** `/\.(?:png|jpe?g)$/.test(url)`: how it ends. */
const ENDS = /\/\\\.(?:[\w()|?:[\]]|\\\.){1,80}\$\/\w{0,8}\.test\((?![^)]*(?:host|domain|origin))[^)]{0,200}\)/g;

/** A redirect sends the client away, and a parameter that is set sends nothing. */
function sends(name: string): boolean {
  return !/^(?:redirect|permanentRedirect|rewrite|set|append|location)$/.test(name);
}

/** The client's value that the host is taken from; null where the host is written down, or is not seen. */
function hostOf(value: Value, depth = 0): Said | null {
  if (depth > 6) return null;
  if (value.k === "client")
    return value.part === "cookie" || value.part === "file" || value.part === "url" ? null : value;
  if (value.k === "choice") {
    for (const one of value.alternatives) {
      const found = hostOf(one.value, depth + 1);
      if (found !== null) return found;
    }
    return null;
  }
  if (value.k === "chain" && value.root.k === "foreign" && value.root.name === "URL") {
    const [made] = value.steps;
    return made?.kind === "new" &&
      made.args.length === 1 &&
      made.args[0] !== undefined &&
      value.steps.every(
        (step, at) =>
          at === 0 || (step.kind === "member" && /^(?:href|toString)$/.test(step.name)) || step.kind === "call",
      )
      ? hostOf(made.args[0], depth + 1)
      : null;
  }
  // `encodeURL(body.url)`, `normalizeUrl(body.url)`: the same address, written otherwise.
  if (value.k === "chain" && value.root.k === "foreign" && REWRITES.test(lastCalled(value))) {
    const call = value.steps.at(-1);
    const [given] = call?.kind === "call" ? call.args : [];
    return given === undefined ? null : hostOf(given, depth + 1);
  }
  // `url.origin`, `target.host` of what was parsed.
  if (value.k === "chain" && value.steps.length === 1) {
    const [only] = value.steps;
    return only?.kind === "member" && /^(?:origin|href|host|hostname|protocol)$/.test(only.name)
      ? hostOf(value.root, depth + 1)
      : null;
  }
  if (value.k === "pending") return hostOf(value.value, depth + 1);
  if (value.k !== "derived") return null;
  const [first, second] = value.args;
  if (first === undefined) return null;
  if (/^(?:template|\+)$/.test(value.op))
    return first.k === "literal"
      ? /^(?:https?:\/\/)?$/.test(String(first.value)) && second !== undefined
        ? hostOf(second, depth + 1)
        : null
      : hostOf(first, depth + 1);
  return /^(?:string|trimmed|url|lower|upper)$/.test(value.op) ? hostOf(first, depth + 1) : null;
}

const REWRITES =
  /^(?:en|de)code_?(?:ur[il]\w*)?$|^normali[sz]e_?ur[il]$|^(?:ensure|add|with|prepend|force)_?(?:https?|protocol|scheme)\w*$|^prepend_?http$/i;

/** What the chain calls last: a method, or the function it begins with. */
function lastCalled({ root, steps }: Extract<Value, { k: "chain" }>): string {
  const before = steps.at(-2);
  if (before !== undefined) return before.kind === "member" ? before.name : "";
  return root.k !== "foreign"
    ? ""
    : root.name === "default" || root.name === "*"
      ? root.from.slice(root.from.lastIndexOf("/") + 1).replaceAll("-", "_")
      : root.name;
}
