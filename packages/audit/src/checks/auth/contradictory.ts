import type { Node } from "oxc-parser";
import { contradictoryRefusal } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import { walk } from "../../syntax/walk.ts";
import type { Operation } from "../../trace/operation.ts";

/** A refusal whose condition turns away others than it was written for. */
export function contradictory(one: Extract<Operation, { kind: "test" }>, { project }: Judged, report: Report): void {
  if (one.denies !== "yes") return;
  const { node, file } = one.place;
  const text = project.file(file)?.text ?? "";
  const of = (part: Node): string => text.slice(part.start, part.end);
  const message =
    oneRoleOnly(node, of) ??
    onlyAbsent(node, of) ??
    stillValid(node, one.consequent === null ? "" : of(one.consequent), of);
  if (message !== null) report.violated(contradictoryRefusal, one.place, message, one);
}

/** `role !== "OWNER" && role === "BILLING"`: only the second half says anything, and turns away one role of many. */
function oneRoleOnly(node: Node, of: (part: Node) => string): string | null {
  if (node.type !== "LogicalExpression" || node.operator !== "&&") return null;
  const { left, right } = node;
  if (left.type !== "BinaryExpression" || right.type !== "BinaryExpression") return null;
  if (of(left.left) !== of(right.left) || of(left.right) === of(right.right)) return null;
  if (!/^!==?$/.test(left.operator) || !/^===?$/.test(right.operator)) return null;
  return `Only ${of(right.right)} is turned away here: the first half of the test says nothing beside the second.`;
}

/** `!member && member?.role !== "owner"`: whoever is a member passes, whatever their role. */
function onlyAbsent(node: Node, of: (part: Node) => string): string | null {
  if (node.type !== "LogicalExpression" || node.operator !== "&&") return null;
  const { left, right } = node;
  if (left.type !== "UnaryExpression" || left.operator !== "!") return null;
  const subject = of(left.argument);
  if (!/^[\w$.?]+$/.test(subject)) return null;
  if (right.type !== "BinaryExpression" && !(right.type === "UnaryExpression" && right.operator === "!")) return null;
  for (const part of walk(right)) {
    if (part.type === "MemberExpression" && of(part.object) === subject && part.property.type === "Identifier")
      return `Only where there is no ${subject} is anybody turned away: what is asked of its ${part.property.name} is never decisive.`;
  }
  return null;
}

/** `if (link.expiresAt > new Date()) return expired()`: those in time are refused, and the others let through. */
function stillValid(node: Node, refusal: string, of: (part: Node) => string): string | null {
  if (!/expired|\b410\b|\bGONE\b/i.test(refusal) || /not (?:yet )?expired/i.test(refusal)) return null;
  for (const part of walk(node)) {
    if (part.type !== "BinaryExpression") continue;
    const later = /^>=?$/.test(part.operator) ? part.left : /^<=?$/.test(part.operator) ? part.right : null;
    if (later === null) continue;
    const sooner = later === part.left ? part.right : part.left;
    if (
      /(?:expire|valid_?until)\w*(?:\.getTime\(\))?\)?$/i.test(of(later)) &&
      /^(?:new Date\(\)|Date\.now\(\)|now)(?:\.getTime\(\))?$/.test(of(sooner))
    )
      return `What has not expired is refused here as expired, and what has expired goes through.`;
  }
  return null;
}
