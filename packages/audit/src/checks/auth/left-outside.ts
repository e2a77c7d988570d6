import type { EntryPoint } from "../../entry-points/entry-point.ts";
import { PLAIN } from "../../entry-points/procedures.ts";
import { nameKind, wordsOf } from "../../knowledge/names.ts";
import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Project, ProjectFile } from "../../project.ts";
import type { Evidence } from "../../values/facts.ts";
import { comparisons } from "../../values/query.ts";
import { clientsOf } from "../../values/trust.ts";
import { isPublicTable } from "../entry/entry-kinds.ts";

/**
 * Where a route stands outside of the gate that its neighbours are behind, whatever it asks of the application's own
 * code for a thing that the client names by its id, nobody was asked for.
 */
export function isLeftOutside(one: Operation, { entry }: Judged): boolean {
  if (one.kind !== "call" || !isOfApplication(one) || entry.gateBeside?.() !== true) return false;
  if (!/^(?:none|reads|writes)$/.test(nameKind(one.name)) || NEUTRAL.test(one.path.replace(KEPT_LOGS, "")))
    return false;
  const path = entry.path ?? entry.name;
  const words = path.split(/[^\w]+/);
  if (words.some((word) => FOR_VISITORS.test(word))) return false;
  // The one open procedure among those of administrators: whatever it starts, it starts for strangers.
  if (entry.kind === "procedure")
    return (
      entry.method !== "GET" &&
      !wordsOf(entry.name).some((word) => FOR_VISITORS.test(word)) &&
      one.args.some((arg) => clientsOf(arg).length > 0)
    );
  // A thing itself is often shown to everybody above the gate; what hangs on it, less so.
  if (entry.method === "GET" && (words.some((word) => isPublicTable(word)) || /[:}\]]\w*\}?$/.test(path))) return false;
  return one.args.some((arg) =>
    clientsOf(arg).some(
      ({ part, path: named }) =>
        (part === "params" &&
          (entry.method === "GET" ? ID.test(named) && !SECRET.test(named) : named !== "" && !SECRET.test(named))) ||
        ((part === "body" || part === "query") && /\w(?:Id|_id)$/.test(named)),
    ),
  );
}

/** Of the application's own code; `server.services.project.find(…)` is what a plugin was handed. */
function isOfApplication({ origin, path }: Extract<Operation, { kind: "call" }>): boolean {
  return origin === "missing" || (origin === "opaque" && /(?:^|\.)services?\.\w+\.\w+$/i.test(path));
}
/** Of an audit's log somebody reads. */
const KEPT_LOGS = /(?:audit|activity|access|call|event)_?logs?/gi;

/** What is open by its own declaration says nothing of anybody's where the client names nothing. */
export function isSaidToBeOpen(one: Operation, { declaredOpen }: EntryPoint): boolean {
  if (declaredOpen !== true) return false;
  if (one.kind === "query") return comparisons(one.query.where).every(({ value }) => clientsOf(value).length === 0);
  return one.kind === "call" && one.args.every((arg) => clientsOf(arg).length === 0);
}
/** What those who are no members look at and do. */
export const FOR_VISITORS =
  /^(?:comments?|replies|repl(?:y|ied)|reviews?|ratings?|photos?|images?|pictures?|cover|poster|related|similar|recommended|likes?|stats|public|preview|feed|views?|clicks?|hits?|votes?|track|report|contact|apply|subscribe|unsubscribe|rsvp|checkout|verify|confirm|availability|slots|schedule|embed|share\w*|og|rss|menu|followers|following)$/i;
const ID = /^_?(?:id|uuid)$|[a-z](?:Id|_id|Uuid|_uuid)$/;
const SECRET = /share|public|invit|token|code|key|hash|secret|slug|handle|signature|username|domain/i;
const NEUTRAL =
  /log|limit|metric|track|cache|valid|pars|format|render|emit|event|captcha|turnstile|analytic|telemetr|error|exception|response|schema/i;

/** What may have asked and is not seen. A wrapper that stands around routes before and behind the gate asks for nobody. */
export function opaqueGate(one: Operation, { entry, project }: Judged): Evidence | undefined {
  const found = one.facts.get("opaque:auth");
  if (found === undefined) return undefined;
  // Those beside it ask in their own bodies who is there: what is mounted before all of them lets strangers by.
  if (entry.kind === "route" && askedBeside(entry, found.why, project)) return undefined;
  // What stands in those that ask for somebody, too, is none that asks.
  const [, beside] = /^(\w+) is not in the tree$/.exec(found.why) ?? [];
  if (beside !== undefined && PLAIN.test(beside) && entry.gateBeside?.() === true) return undefined;
  if (beside !== undefined && entry.kind === "procedure" && entry.gateBeside?.() === true) {
    const text = project.file(entry.file)?.text ?? "";
    if (text.split(`(${beside}`).length > 2) return undefined;
  }
  const [, wrapper] = /^(\S+) wraps the handler and is not in the tree$/.exec(found.why) ?? [];
  return wrapper !== undefined && WRAPS.test(wordsOf(wrapper).join(" ")) && entry.gateBeside?.() === true
    ? undefined
    : found;
}
const WRAPS = /async|promis|catch|wrap|safe|try|handle|error|run|route|controller|endpoint|^\w{1,2}$/;

/** `if (!req.user || !req.user.isAuthenticated) return res.status(401)`, in more than one of the routes beside it. */
function askedBeside({ file: path, node }: EntryPoint, why: string, project: Project): boolean {
  const file = project.file(path);
  const [, name] = /^([\w.]+) is not in the tree$/.exec(why) ?? [];
  if (file === null || name === undefined) return false;
  let places = asking.get(file);
  if (places === undefined) asking.set(file, (places = [...file.text.matchAll(ASKS)].map(({ index }) => index)));
  return (
    places.filter((at) => at < node.start || at >= node.end).length > 1 &&
    !file.text.slice(node.start, node.end).includes(name)
  );
}
const asking = new WeakMap<ProjectFile, readonly number[]>();
const ASKS =
  /\bif\s*\([^{};]{0,60}!\s*(?:req|request|ctx|ctx\.state|c)\.(?:user|session|account)\b[^{};]{0,160}\)\s*\{?\s*(?:return\s+)?(?:res|reply|response|ctx|c)\.(?:status\(40[13]|sendStatus\(40[13]|code\(40[13]|redirect\(|throw\(40[13])/g;
