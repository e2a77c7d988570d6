import type { Node } from "oxc-parser";
import { wordsOf } from "../../knowledge/names.ts";
import type { ProjectFile } from "../../project.ts";
import { unscopedQuery } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import { perFile } from "../../source/per-file.ts";
import { says } from "../../source/says.ts";
import { calledName } from "../../syntax/called-name.ts";
import { unwrapped } from "../../syntax/unwrapped.ts";
import { walk } from "../../syntax/walk.ts";
import type { Operation } from "../../trace/operation.ts";
import { keyOf } from "../../values/key.ts";
import { clientOf, trustOf } from "../../values/trust.ts";
import { isPublicByDesign } from "../openness/public-by-design.ts";
import { describe } from "../wording/describe-value.ts";

type Call = Extract<Operation, { kind: "call" }>;

/** What finds, changes or takes away rows by a filter. */
const BY_FILTER =
  /^(?:get|find|fetch|load|read|list|search|query|count|update|edit|set|delete|remove|archive|destroy)$/;
const OWNER =
  /^(?:user|owner|author|account|customer|org|organi[sz]ation|team|workspace|company|tenant|member|created_?by)(?:_?id)?$/i;
const CALLER =
  /^(?:req|request|ctx|context|c|res)\.(?:(?:var|state|locals)\.)?(?:user|session|auth|account|principal|member|viewer|actor|identity|tenant|org|organi[sz]ation)\b|^(?:session|viewer|actor|principal|currentUser|me|caller|membership|user)\b/;
const MAY_FILTER =
  /\(\s*\{[^{}]{0,300}\b(?:req|request|ctx|context|c|res|session|viewer|actor|principal|currentUser|me|caller|membership|user)\b/;
/** How many others have to say whose it is for it to be a rule of the house. */
const ENOUGH = 2;

/**
 * `getMessages({ conversationId })` of a function that is not seen, where the file's other calls of it say whose the
 * rows are as well: `getMessages({ conversationId, messageId, user: req.user.id })`.
 */
export function filteredAlone(one: Call, judged: Judged, report: Report): boolean {
  const { entry, trace, project } = judged;
  const [filter] = one.args;
  if (one.origin !== "missing" || one.place.file !== entry.file || filter?.k !== "struct") return false;
  if (filter.spreads.length > 0 || !BY_FILTER.test(wordsOf(one.name)[0] ?? "")) return false;
  const { facts } = one;
  if (!facts.has("auth") && !facts.has("unmounted")) return false;
  if (UNDECIDED.some((name) => facts.has(name)) || isLookedAt(one)) return false;
  const file = project.file(entry.file);
  if (file === null || !says(file, MAY_FILTER)) return false;
  // All that it is told is which one, by ids that nobody has looked at.
  const given = [...filter.props.values()].filter(({ k }) => k !== "literal");
  const ids = [...filter.props].filter(
    ([name, value]) => /(?:^|_)ids?$|[a-z]Ids?$/.test(name) && clientOf(value) !== null,
  );
  const [id] = ids[0]?.slice(1) ?? [];
  if (id === undefined || typeof id === "string" || ids.length !== given.length) return false;
  if (ids.some(([, value]) => trustOf(value, facts) !== null)) return false;
  // Nothing else that it is given knows who asks.
  if (one.args.slice(1).some((arg) => arg.k !== "literal" && arg.k !== "list" && arg.k !== "struct")) return false;
  if ((sayingWhose(file).get(one.name) ?? 0) < ENOUGH) return false;
  if (isPublicByDesign(entry, judged) || /admin|internal|share|public/i.test(`${entry.path ?? ""} ${entry.file}`))
    return false;
  // It was asked about before, or the answer is looked at.
  const key = keyOf(id);
  const asked = trace.operations.some(
    (other) =>
      other !== one &&
      other.kind === "call" &&
      other.place.node.start < one.place.node.start &&
      other.args.some((arg) => arg.k === "request" || arg.k === "principal" || keyOf(arg).includes(key)),
  );
  const compared = trace.operations.some(
    (other) =>
      other.kind === "compare" && [other.left, other.right].some((side) => keyOf(side).includes(keyOf(one.result))),
  );
  if (asked || compared) return false;
  report.violated(
    unscopedQuery,
    one.place,
    `Other calls of ${one.name} here say whose the rows are; this one is told ${describe(id)} alone.`,
    one,
  );
  return true;
}
const UNDECIDED = ["role", "global", "rls", "signature", "shared-secret", "capability", "opaque:scope"];

/** A guard that is not seen may have looked at what this is asked by: `validateConversation`. */
function isLookedAt({ facts, args: [filter] }: Call): boolean {
  const names = filter?.k === "struct" ? [...filter.props.keys()].join(" ").toLowerCase() : "";
  for (const [name] of facts.entries())
    if (name.startsWith("opaque:scope:") && names.includes(name.slice("opaque:scope:".length))) return true;
  return facts.has("opaque:auth");
}

/** How often each function is told whose rows are meant, by who calls. */
const sayingWhose = perFile((file: ProjectFile): ReadonlyMap<string, number> => {
  const { text, syntax } = file;
  const found = new Map<string, number>();
  for (const node of walk(syntax.program)) {
    if (node.type !== "CallExpression") continue;
    const name = calledName(node);
    if (name !== "" && saysWhose(node.arguments[0], text)) found.set(name, (found.get(name) ?? 0) + 1);
  }
  return found;
});

function saysWhose(filter: Node | undefined, text: string): boolean {
  return (
    filter?.type === "ObjectExpression" &&
    filter.properties.length > 1 &&
    filter.properties.some(
      (one) =>
        one.type === "Property" &&
        one.key.type === "Identifier" &&
        OWNER.test(one.key.name) &&
        CALLER.test(text.slice(unwrapped(one.value).start, one.value.end)),
    )
  );
}
