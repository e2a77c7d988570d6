import type { Node } from "oxc-parser";
import { isFunction } from "../syntax/is-function.ts";
import { notIdempotent, stopsAll } from "../rules/catalogue.ts";
import type { Check } from "../rules/rule.ts";
import { children } from "../syntax/walk.ts";

/** Is each tenant's work its own, and done once? */
export const jobs: Check = {
  requirement: "jobs",
  run({ entry, trace }, report) {
    if (entry.kind !== "job") return;
    for (const node of loopsWithoutTry(entry.node)) {
      report.violated(
        stopsAll,
        { file: entry.file, node },
        "When one tenant's turn throws, the tenants after it get none.",
      );
    }
    for (const one of trace.operations) {
      if (
        one.kind !== "call" ||
        !/(?:paymentIntents|charges|invoiceItems|transfers|payouts|refunds|messages|emails)\.(?:create|send)$/.test(
          one.path,
        ) ||
        !/stripe|payment/i.test(one.path)
      )
        continue;
      const [, options] = one.args;
      const keyed = options?.k === "struct" && (options.props.has("idempotencyKey") || options.spreads.length > 0);
      if (!keyed)
        report.violated(
          notIdempotent,
          one.place,
          "A run that is repeated pays again: it needs an idempotency key of the work it does.",
          one,
        );
    }
  },
};

/** `for (const tenant of tenants) await work(tenant)` with nothing that catches. */
function loopsWithoutTry(node: Node): Node[] {
  const found: Node[] = [];
  const visit = (one: Node, element: string | null): void => {
    if (one.type === "TryStatement") return;
    if (one.type === "ForOfStatement" && one.left.type === "VariableDeclaration") {
      const [declarator] = one.left.declarations;
      const name = declarator?.id.type === "Identifier" ? declarator.id.name : "";
      const over = one.right.type === "Identifier" ? one.right.name : "";
      if (/tenant|org|workspace|team|account|customer|company|compan/i.test(`${name} ${over}`)) {
        for (const child of children(one.body)) visit(child, name);
        return;
      }
    }
    if (one.type === "AwaitExpression" && element !== null) {
      if (!catches(one.argument)) found.push(one);
      return;
    }
    for (const child of children(one)) if (!isFunction(child) || element === null) visit(child, element);
  };
  visit(node, null);
  return found.slice(0, 1);
}

function catches(node: Node): boolean {
  return (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    node.callee.property.type === "Identifier" &&
    node.callee.property.name === "catch"
  );
}
