import type { Node } from "oxc-parser";
import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { walk } from "../../syntax/walk.ts";
import { comparisons } from "../../values/query.ts";
import { holds } from "../../values/holds.ts";

/**
 * `if (link.views >= link.maxViews) await db.link.delete({ where: { id: link.id } })`: a row that has run out goes, whoever
 * came to find it so. It is the row that says so, and nothing that was sent.
 */
export function isSpent(one: Operation, { trace, project }: Judged): boolean {
  if (one.kind !== "query" || (one.query.verb !== "delete" && one.query.verb !== "update")) return false;
  const found = comparisons(one.query.where);
  const [only] = found;
  if (found.length !== 1 || only?.value.k !== "rows" || !/^_?id$/.test(only.value.path)) return false;
  const { query } = only.value;
  return trace.operations.some((test) => {
    if (test.kind !== "test" || test.place.file !== one.place.file) return false;
    const runsOut = holds(
      test.value,
      (inner) => inner.k === "rows" && inner.query === query && RUNS_OUT.test(inner.path),
    );
    if (!runsOut) return false;
    const around = project.file(one.place.file)?.syntax.program;
    return around !== undefined && leadsTo(around, test.place.node, one.place.node);
  });
}
const RUNS_OUT =
  /(?:^|\.)(?:expir\w*|valid_?(?:until|to|till)|(?:max|remaining)_?(?:views|uses|downloads|clicks|reads|opens|visits|attempts)|(?:view|use|usage|download|click)s?_?(?:limit|left|remaining)|delete_?(?:after|at|on)\w*|burn_?after\w*|one_?time|ends?_?at)$/i;

/** The `if` whose test that is holds the other in what it does then. */
function leadsTo(program: Node, test: Node, done: Node): boolean {
  for (const node of walk(program))
    if (node.type === "IfStatement" && contains(node.test, test) && contains(node.consequent, done)) return true;
  return false;
}

function contains(outer: Node, inner: Node): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}
