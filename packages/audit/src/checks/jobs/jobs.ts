import type { Node } from "oxc-parser";
import { isFunction } from "../../syntax/is-function.ts";
import { notIdempotent, stopsAll } from "../../rules/catalogue.ts";
import type { Check } from "../../rules/rule.ts";
import type { EntryPoint } from "../../entry-points/entry-point.ts";
import { calledName } from "../../syntax/called-name.ts";
import { children, walk } from "../../syntax/walk.ts";
import type { Operation, Trace } from "../../trace/operation.ts";
import type { Place, Value } from "../../values/value.ts";
import { isScheduled } from "../entry/entry-kinds.ts";
import { repeatedGrants } from "./repeated-grants.ts";

/** Is each tenant's work its own, and done once? */
export const jobs: Check = {
  requirement: "jobs",
  run(judged, report) {
    const { entry, trace, project } = judged;
    if (entry.kind !== "job" && !isScheduled(judged)) return;
    for (const { file, node } of loops(entry, trace)) {
      const text = project.file(file)?.text ?? "";
      // What each turn does is collected, and waited for whatever becomes of the others; only looked up in the turn itself.
      if (text.includes("allSettled(") && onlyLooksUp(node)) continue;
      // What is left undone is taken up at the next time, where each turn writes down that it was done.
      if (entry.kind !== "job" && MARKS.test(text.slice(node.start, node.end))) continue;
      report.violated(stopsAll, { file, node }, "When one tenant's turn throws, the tenants after it get none.");
    }
    if (entry.kind !== "job") return;
    repeatedGrants(judged, report);
    for (const [at, one] of trace.operations.entries()) {
      if (one.kind !== "call" || !paysOut(one)) continue;
      const keyed = one.args.some(
        (arg) => arg.k === "struct" && [...arg.props.keys()].some((name) => /^idempotency/i.test(name)),
      );
      const open = one.args[1]?.k === "struct" && one.args[1].spreads.length > 0;
      if (!keyed && !open && !isClaimed(trace.operations.slice(0, at)))
        report.violated(
          notIdempotent,
          one.place,
          "A run that is repeated pays again: it needs an idempotency key of the work it does.",
          one,
        );
    }
  },
};

/** Everything that a loop waits for is a look-up, or several at once. */
function onlyLooksUp(loop: Node): boolean {
  for (const node of walk(loop))
    if (node.type === "AwaitExpression" && !LOOKS_UP.test(calledName(node.argument))) return false;
  return true;
}
const LOOKS_UP = /^(?:get|find|fetch|load|list|count|read|query|search|resolve|has|is|can|may|should|all)(?![a-z])/;

/** `sentEmail.createMany({ …, skipDuplicates })` too: a row that says that it was sent. */
const MARKS =
  /\.(?:update\w*|set|save|upsert|delete\w*|remove|mark\w*|ack)\s*\(|\b\w*(?:[sS]ent|[pP]rocessed|[dD]eliver(?:y|ies|ed)|[rR]eminders?|[nN]otified|[dD]ispatched|[hH]andled|[rR]eceipts?)(?![a-z])\w*\.(?:create\w*|insert\w*)\s*\(/;

/** Money moves, by a payment provider's own words for it. */
function paysOut({ path, result }: Extract<Operation, { kind: "call" }>): boolean {
  if (
    !/(?:^|\.)(?:paymentIntents|charges|invoiceItems|transfers|payouts|refunds|payments|topups)\.(?:create|send|capture)$/.test(
      path,
    ) &&
    !/(?:^|\.)(?:invoices\.pay|customers\.createBalanceTransaction|transaction\.(?:sale|refund)|subscriptionItems\.createUsageRecord)$/.test(
      path,
    )
  )
    return false;
  const from = result.k === "chain" && result.root.k === "foreign" ? result.root.from : "";
  return /stripe|payment|braintree|square|mollie|gocardless|adyen|paypal|wise|billing/i.test(`${path} ${from}`);
}

/** The work was taken by a change that only one run can make: the others stop. To have read that it was open is not enough. */
function isClaimed(before: readonly Operation[]): boolean {
  return before.some((one) => one.kind === "test" && one.denies === "yes" && testsChange(one.value));
}

function testsChange(value: Value, depth = 0): boolean {
  if (depth > 5) return false;
  if (value.k === "rows") return /^(?:create|update|upsert)$/.test(value.query.verb);
  if (value.k === "derived") return value.args.some((arg) => testsChange(arg, depth + 1));
  return value.k === "choice" && value.alternatives.some((one) => testsChange(one.value, depth + 1));
}

/** Those of the job itself, and of the functions it calls outside of any loop of its own. */
function loops(entry: EntryPoint, trace: Trace): Place[] {
  const apart = keptApart(trace);
  const found = loopsWithoutTry(entry.node, apart).map((node) => ({ file: entry.file, node }));
  const seen = new Set<Node>([entry.node]);
  for (const { within, calls } of trace.operations) {
    // Within one turn of a loop, what fails is that turn.
    const depth = within.findIndex((one, at) => {
      const call = calls[at];
      const around = within[at - 1]?.node ?? entry.node;
      return call !== undefined && call.node !== one.node && inLoop(around, call.node);
    });
    for (const one of depth === -1 ? within : within.slice(0, depth)) {
      if (seen.has(one.node)) continue;
      seen.add(one.node);
      found.push(...loopsWithoutTry(one.node, apart).map((node) => ({ file: one.file, node })));
    }
  }
  return found.slice(0, 1);
}

/** The calls of functions that catch what is thrown in them. */
function keptApart(trace: Trace): (call: Node) => boolean {
  const caught = new Set<Node>();
  for (const { within, calls } of trace.operations) {
    for (const [at, { node }] of within.entries()) {
      const call = calls[at]?.node;
      if (call !== undefined && isFunction(node) && node.body !== null && catchesAll(node.body)) caught.add(call);
    }
  }
  return (call) => caught.has(call);
}

/** All that is awaited in it stands in a `try` whose `catch` does not throw. */
function catchesAll(body: Node): boolean {
  const visit = (node: Node): boolean => {
    if (node.type === "TryStatement" && node.handler !== null)
      return ![...walk(node.handler.body)].some((one) => one.type === "ThrowStatement");
    if (node.type === "AwaitExpression") return catches(node.argument);
    return [...children(node)].every((child) => isFunction(child) || visit(child));
  };
  return visit(body);
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
function loopsWithoutTry(node: Node, apart: (call: Node) => boolean): Node[] {
  const found: Node[] = [];
  const visit = (one: Node, element: Node | null): void => {
    // Around the loop it keeps nobody's turn apart from another's.
    if (one.type === "TryStatement" && element !== null) return;
    if (one.type === "ForOfStatement" && one.left.type === "VariableDeclaration") {
      const [declarator] = one.left.declarations;
      if (declarator !== undefined && TENANTS.test(`${namesIn(declarator.id)} ${namesIn(one.right)}`)) {
        for (const child of children(one.body)) visit(child, one);
        return;
      }
    }
    // `for (let i = 0; i < tenants.length; i += 1) await work(tenants[i])`
    if (one.type === "ForStatement" && one.test !== null && TENANTS.test(namesIn(one.test))) {
      visit(one.body, one);
      return;
    }
    if (one.type === "AwaitExpression" && element !== null) {
      if (!catches(one.argument) && !REPORTS.test(calledName(one.argument)) && !apart(one.argument))
        found.push(element);
      return;
    }
    for (const child of children(one)) if (!isFunction(child) || element === null) visit(child, element);
  };
  visit(node, null);
  return found.slice(0, 1);
}

/** Says how far it is, hands a tenant's work on as a job of its own, and does none itself. */
const REPORTS =
  /^(?:updateProgress|log|heartbeat|sleep|delay|setTimeout|wait|extendLock|allSettled|add|addBulk|enqueue\w*|publish|dispatch|trigger|sendEvent|sendMessage|schedule)$/;
const TENANTS =
  /tenant|(?:^|[^a-z])orgs?(?![a-z])|organi[sz]ation|workspace|teams?(?![a-z])|account|customer|compan(?:y|ies)|clinic|merchant|agenc(?:y|ies)|(?:^| )(?:shop|store|school|site|club)s?(?![a-z])/i;

/** The names in a pattern or an expression, apart from those of functions in it. */
function namesIn(node: Node): string {
  const names: string[] = [];
  const visit = (one: Node): void => {
    if (one.type === "Identifier") names.push(one.name);
    for (const child of children(one)) if (!isFunction(child) && one.type !== "ObjectExpression") visit(child);
  };
  visit(node);
  return names.join(" ");
}

function catches(node: Node): boolean {
  return (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    node.callee.property.type === "Identifier" &&
    node.callee.property.name === "catch"
  );
}
