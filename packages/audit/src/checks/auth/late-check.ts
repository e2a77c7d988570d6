import type { Node } from "oxc-parser";
import { lateCheck } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { children } from "../../syntax/walk.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import { clientsOf } from "../../values/trust.ts";

type Write = Extract<Operation, { kind: "query" }>;

/** Rows are changed first, and whether the caller may is asked afterwards: the refusal comes too late. */
export function changedBeforeAsked({ trace }: Judged, report: Report): boolean {
  const { operations } = trace;
  for (const [at, write] of operations.entries()) {
    if (write.kind !== "query" || !changes(write) || write.facts.has("role") || write.facts.has("global")) continue;
    if (!askedLater(operations, at, write)) continue;
    report.violated(
      lateCheck,
      write.place,
      `The row of ${write.query.table} is changed here, and only afterwards is asked whether the caller may.`,
      write,
    );
    return true;
  }
  return false;
}

/** A refusal after the write, from which on the role is known. */
function askedLater(operations: readonly Operation[], from: number, write: Write): boolean {
  return operations.some(
    (test, at) =>
      at > from &&
      test.kind === "test" &&
      test.denies !== "neither" &&
      !test.facts.has("role") &&
      isAfter(test, write) &&
      operations
        .slice(at + 1)
        .find((one) => sameFunction(one, write))
        ?.facts.has("role") === true,
  );
}

/** A row the client chose, of a table that holds more than traces of what was done. */
function changes({ query }: Write): boolean {
  return (
    (query.verb === "update" || query.verb === "delete") &&
    !/log|event|audit|session|attempt|visit|view|activit|metric|counter|rate|notification|token|job|queue|lock/i.test(
      query.table,
    ) &&
    comparisons(query.where).some(({ value }) => clientsOf(value).length > 0)
  );
}

function sameFunction(one: Operation, other: Operation): boolean {
  return one.within.at(-1)?.node === other.within.at(-1)?.node;
}

/** Stands after it, and is reached whenever it was: in no branch that leaves the other out. */
function isAfter(one: Operation, write: Write): boolean {
  if (!sameFunction(one, write) || one.place.node.start < write.place.node.end) return false;
  const around = write.within.at(-1)?.node;
  if (around === undefined) return false;
  const branch = branchOf(around, write.place.node);
  return branch === null || (branch.start <= one.place.node.start && one.place.node.end <= branch.end);
}

/** The innermost branch of a function that a node stands in; null when it stands in none. */
function branchOf(around: Node, node: Node): Node | null {
  let found: Node | null = null;
  let at: Node | undefined = around;
  while (at !== undefined && at !== node) {
    const inner: Node | undefined = children(at).find((one) => one.start <= node.start && node.end <= one.end);
    if (inner === undefined) return found;
    if (
      (at.type === "IfStatement" && inner !== at.test) ||
      (at.type === "ConditionalExpression" && inner !== at.test) ||
      (at.type === "LogicalExpression" && inner === at.right) ||
      at.type === "SwitchCase" ||
      at.type === "CatchClause" ||
      (isFunction(at) && at !== around)
    )
      found = inner;
    at = inner;
  }
  return found;
}
