import { clientRole } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Node } from "oxc-parser";
import type { Value } from "../../values/value.ts";

type ClientValue = Extract<Value, { k: "client" }>;

/** Names under which a client says that it may do more, and no column is meant. */
const FLAG =
  /^(?:(?:is|as|from)[-_]?)?(?:admin|super[-_]?admin|super[-_]?user|staff|moderator|root|internal|elevated|privileged|sudo)$|^x[-_](?:is[-_])?(?:admin|role|user[-_]role)$/i;

/** A flag of the client's decides whether more is read or done: nobody is turned away, and who sends it gets more. */
export function widened({ entry, trace }: Judged, report: Report): void {
  if (entry.kind === "function" || entry.kind === "page") return;
  for (const one of trace.operations) {
    const decides = one.kind === "choose" || (one.kind === "test" && one.denies === "neither");
    if (!decides || one.facts.has("role")) continue;
    const said = flagIn(one.value);
    if (said === null) continue;
    const more = one.consequent === null ? undefined : insideOf(one.consequent, one.place.file, trace.operations);
    if (more === undefined && (one.consequent === null || !isNoCondition(one.consequent))) continue;
    report.violated(
      clientRole,
      more?.place ?? one.place,
      `${said.path} comes from the client, and decides what it gets.`,
      one,
    );
    return;
  }
}

function flagIn(value: Value, depth = 0): ClientValue | null {
  if (depth > 4) return null;
  if (value.k === "client")
    return value.part !== "cookie" && FLAG.test(value.path.slice(value.path.lastIndexOf(".") + 1)) ? value : null;
  if (value.k === "choice")
    return value.alternatives.map((one) => flagIn(one.value, depth + 1)).find((found) => found !== null) ?? null;
  if (value.k !== "derived") return null;
  if (!/^(?:===|==|!==|!=|!|boolean|string|includes|&&|\|\|)$/.test(value.op)) return null;
  return value.args.map((arg) => flagIn(arg, depth + 1)).find((found) => found !== null) ?? null;
}

/** What is read, changed or asked for only where the flag is set. */
function insideOf(branch: Node, file: string, operations: readonly Operation[]): Operation | undefined {
  return operations.find(
    (one) =>
      (one.kind === "query" || one.kind === "call") &&
      one.place.file === file &&
      branch.start <= one.place.node.start &&
      one.place.node.end <= branch.end,
  );
}

/** `admin ? {} : { ownerId }`: with the flag there is no condition. */
function isNoCondition(node: Node): boolean {
  return (
    (node.type === "ObjectExpression" && node.properties.length === 0) ||
    (node.type === "Identifier" && node.name === "undefined")
  );
}
