import type { Node } from "oxc-parser";
import { isFunction } from "../syntax/is-function.ts";
import { notIdempotent, stopsAll } from "../rules/catalogue.ts";
import type { Check } from "../rules/rule.ts";
import type { EntryPoint } from "../entry-points/entry-point.ts";
import { calledName } from "../syntax/called-name.ts";
import { children, walk } from "../syntax/walk.ts";
import type { Trace } from "../trace/operation.ts";
import type { Place } from "../values/value.ts";

/** Is each tenant's work its own, and done once? */
export const jobs: Check = {
  requirement: "jobs",
  run({ entry, trace }, report) {
    if (entry.kind !== "job") return;
    for (const { file, node } of loops(entry, trace)) {
      report.violated(stopsAll, { file, node }, "When one tenant's turn throws, the tenants after it get none.");
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

/** Those of the job itself, and of the functions it calls outside of any loop of its own. */
function loops(entry: EntryPoint, trace: Trace): Place[] {
  const found = loopsWithoutTry(entry.node).map((node) => ({ file: entry.file, node }));
  const seen = new Set<Node>();
  for (const { within, calls } of trace.operations) {
    const at = within.findIndex(({ node }) => node === entry.node);
    const [called, call] = [within[at + 1], calls[at + 1]];
    if (at === -1 || called === undefined || call === undefined || seen.has(called.node)) continue;
    seen.add(called.node);
    if (inLoop(entry.node, call.node)) continue;
    found.push(...loopsWithoutTry(called.node).map((node) => ({ file: called.file, node })));
  }
  return found.slice(0, 1);
}

function inLoop(within: Node, wanted: Node): boolean {
  for (const one of walk(within)) {
    const loops =
      /^(?:For|While|DoWhile)/.test(one.type) || (one.type === "CallExpression" && one !== wanted && iterates(one));
    if (loops && one.start <= wanted.start && wanted.end <= one.end) return true;
  }
  return false;
}

function iterates(node: Extract<Node, { type: "CallExpression" }>): boolean {
  return /^(?:map|forEach|flatMap|reduce)$/.test(calledName(node));
}

/** `for (const tenant of tenants) await work(tenant)` with nothing that catches. */
function loopsWithoutTry(node: Node): Node[] {
  const found: Node[] = [];
  const visit = (one: Node, element: Node | null): void => {
    // Around the loop it keeps nobody's turn apart from another's.
    if (one.type === "TryStatement" && element !== null) return;
    if (one.type === "ForOfStatement" && one.left.type === "VariableDeclaration") {
      const [declarator] = one.left.declarations;
      const name = declarator?.id.type === "Identifier" ? declarator.id.name : "";
      const over = one.right.type === "Identifier" ? one.right.name : "";
      if (/tenant|org|workspace|team|account|customer|company|compan/i.test(`${name} ${over}`)) {
        for (const child of children(one.body)) visit(child, one);
        return;
      }
    }
    if (one.type === "AwaitExpression" && element !== null) {
      if (!catches(one.argument) && !REPORTS.test(calledName(one.argument))) found.push(element);
      return;
    }
    for (const child of children(one)) if (!isFunction(child) || element === null) visit(child, element);
  };
  visit(node, null);
  return found.slice(0, 1);
}

/** Says how far it is, and does no tenant's work. */
const REPORTS = /^(?:updateProgress|log|heartbeat|sleep|delay|setTimeout|extendLock)$/;

function catches(node: Node): boolean {
  return (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    node.callee.property.type === "Identifier" &&
    node.callee.property.name === "catch"
  );
}
