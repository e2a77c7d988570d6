import type { Node, Statement } from "oxc-parser";
import { Facts } from "../values/facts.ts";
import { keyOf } from "../values/key.ts";
import { clientsOf } from "../values/trust.ts";
import { opaque, UNDEFINED, type Place, type Value } from "../values/value.ts";
import { calledName } from "../syntax/called-name.ts";
import { bindPattern } from "./bind-pattern.ts";
import { branch } from "./branch.ts";
import { growsStatement, isBuilt } from "./building.ts";
import { closureOf } from "./closure.ts";
import { elementOf } from "./element-of.ts";
import type { Machine } from "./machine.ts";
import { comesBack } from "./comes-back.ts";
import { noteFloating, notePromise, noteUnawaited } from "./note-floating.ts";
import { noteDoubts } from "./note-doubts.ts";
import { askedBy, nameCondition } from "./named-condition.ts";
import { noteOwnRole } from "./own-role.ts";
import { Scope } from "./scope.ts";
import { joinEither } from "./either.ts";
import { assign, join, type State, withFacts } from "./state.ts";
import { suppose } from "./suppose.ts";

/** Runs a block in a scope of its own. Functions are declared before anything runs, as the language has it. */
export function runBlock(machine: Machine, statements: readonly Node[], outer: Scope): void {
  const scope = new Scope(outer.file, outer);
  for (const statement of statements) {
    if (statement.type === "FunctionDeclaration" && statement.id !== null) {
      scope.declare(statement.id.name, closureOf(statement, scope, statement.id.name));
    }
  }
  for (let at = 0; at < statements.length; at += 1) {
    const before = machine.state;
    if (before === null) return;
    const statement = statements[at] as Statement;
    run(machine, statement, scope);
    if (machine.state === null && comesBack(machine, statements, at)) machine.state = before;
  }
}

function run(machine: Machine, node: Statement, scope: Scope): void {
  if (!machine.step()) return;
  switch (node.type) {
    case "ExpressionStatement":
      discard(machine, node.expression, scope);
      return;
    case "VariableDeclaration":
      for (const { id, init } of node.declarations) {
        const value = init === null ? UNDEFINED : machine.evaluate(init, scope);
        if (init !== null) noteUnawaited(machine, init, scope);
        bindPattern(machine, id, value, scope);
        if (node.kind === "const" && init !== null && id.type === "Identifier")
          nameCondition(machine, id.name, init, scope);
      }
      return;
    case "ReturnStatement": {
      let value = node.argument === null ? UNDEFINED : machine.evaluate(node.argument, scope);
      if (machine.state !== null) {
        if ((value.k === "chain" || isBuilt(value)) && machine.within.at(-1)?.node === machine.answering)
          value = machine.consume(value, { file: scope.file, node });
        if (
          machine.within.at(-1)?.node === machine.answering &&
          value.k !== "response" &&
          value.k !== "response-writer"
        ) {
          machine.record({ kind: "return", value, place: { file: scope.file, node } });
        }
        machine.frame?.returns.push({ value, state: machine.state });
      }
      machine.state = null;
      return;
    }
    case "ThrowStatement":
      machine.evaluate(node.argument, scope);
      if (machine.state !== null) machine.frame?.thrown?.states.push(machine.state);
      machine.state = null;
      return;
    case "IfStatement":
      runIf(machine, node, scope);
      return;
    case "BlockStatement":
      runBlock(machine, node.body, scope);
      return;
    case "TryStatement":
      runTry(machine, node, scope);
      return;
    case "ForStatement":
    case "WhileStatement":
    case "DoWhileStatement":
    case "ForOfStatement":
    case "ForInStatement":
      runLoop(machine, node, scope, null);
      return;
    case "LabeledStatement":
      if (/^(?:For|While|DoWhile)/.test(node.body.type)) runLoop(machine, node.body as Loop, scope, node.label.name);
      else run(machine, node.body, scope);
      return;
    case "SwitchStatement":
      runSwitch(machine, node, scope);
      return;
    case "BreakStatement":
    case "ContinueStatement":
      if (machine.state !== null && machine.frame !== null) {
        const list = node.type === "BreakStatement" ? machine.frame.breaks : machine.frame.continues;
        list.push({ label: node.label?.name ?? null, state: machine.state });
      }
      machine.state = null;
      return;
    case "ClassDeclaration":
      if (node.id !== null) scope.declare(node.id.name, { k: "class", node, scope, file: scope.file });
      return;
    default:
  }
}

/** A value nobody keeps: a query that was begun runs all the same. */
function discard(machine: Machine, node: Node, scope: Scope): void {
  const value = machine.evaluate(node, scope);
  if (growsStatement(machine, node, value, scope)) return;
  noteFloating(machine, node, value, scope);
  if (value.k === "chain" || value.k === "list") machine.consume(value, { file: scope.file, node });
  // `await checkAccess(user, id);` can only be meant to throw. `isOwner(user, id);` cannot.
  if (
    value.k === "choice" &&
    /^(?:check|verify|validate|confirm|allowedTo)(?!.*(?:session|token|request|user|jwt)$)/i.test(
      calledName(node.type === "AwaitExpression" ? node.argument : node),
    )
  ) {
    const granted = value.alternatives.find((one) => one.value.k === "principal" && one.value.path === "granted");
    if (granted !== undefined) machine.assume(granted.facts);
  }
}

/** `!ctx.auth.userId`. */
function asksForSomebody(value: Value): boolean {
  if (value.k === "derived" && value.op === "!") return value.args[0] !== undefined && asksForSomebody(value.args[0]);
  if (value.k === "choice")
    return value.alternatives.every((one) => one.value.k === "literal" || asksForSomebody(one.value));
  return value.k === "principal" && value.path !== "granted";
}

function runIf(machine: Machine, node: Extract<Statement, { type: "IfStatement" }>, scope: Scope): void {
  const asked: Value[] = [];
  const recorded = machine.operations.length;
  notePromise(machine, node.test, scope);
  const tested = askedBy(machine, node.test, scope);
  const { yes, no } = branch(machine, node.test, scope, (value) => asked.push(value));
  const decided = asked.at(-1) ?? null;
  const read = machine.operations.length;
  const before = machine.state;
  const mark = machine.operations.length;
  machine.state = yes;
  if (yes !== null) runBlock(machine, [node.consequent], scope);
  const after = machine.state;
  const refusal = after === null ? null : refusedSince(machine, mark);
  machine.state = no;
  if (no !== null && node.alternate !== null) runBlock(machine, [node.alternate], scope);
  const otherwise = machine.state;
  if (decided !== null && (yes ?? no ?? before) !== null) {
    machine.state = yes ?? no ?? before;
    const denies = after === null && yes !== null ? "yes" : otherwise === null && no !== null ? "no" : "neither";
    // What is read to turn somebody away was looked at.
    if (denies !== "neither" && asksForSomebody(decided)) machine.forget(recorded, read, "untested");
    machine.record({
      kind: "test",
      value: decided,
      ...(asked.length > 1 && { asked }),
      denies,
      consequent: node.consequent,
      whole: node.alternate === null ? null : node,
      place: { file: scope.file, node: tested },
    });
  }
  machine.state = joinEither(after, otherwise);
  if (refusal !== null && otherwise !== null)
    machine.refusals.push({ place: refusal, lost: otherwise.facts.beyond(machine.facts) });
  if ((after === null) !== (otherwise === null)) {
    noteOwnRole(machine, asked);
    noteDoubts(machine, scope.file, after === null ? node.consequent : node.alternate, asked);
  }
  const subject = decided === null ? null : presence(decided);
  if (machine.state !== null && after !== null && otherwise !== null && subject !== null) {
    // `if (folderId) assertMine(folderId)`: from here on, if there is one it is mine.
    const implies = after.facts.beyond(machine.state.facts);
    if (implies.size > 0) machine.learn(`if:${keyOf(subject)}`, { sure: true, place: null, why: "", implies });
  }
}

/** The refusal that the function itself sent since then, by the status it carries. */
function refusedSince(machine: Machine, mark: number): Place | null {
  const own = machine.within.at(-1)?.node;
  const since = machine.operations.slice(mark);
  // What a test further in sent before it returned is over.
  const over = since.flatMap((one) =>
    one.kind === "test" && one.denies === "yes" && one.consequent !== null ? [one.consequent] : [],
  );
  const sent = since.findLast(
    (one) =>
      one.kind === "respond" &&
      one.within.at(-1)?.node === own &&
      isRefusal(one.status) &&
      !over.some(({ start, end }) => start <= one.place.node.start && one.place.node.end <= end),
  );
  return sent?.place ?? null;
}

/** 401 and 403, as they are or by the names that every list of statuses has for them. */
function isRefusal(status: Value | null): boolean {
  if (status?.k === "literal") return status.value === 401 || status.value === 403;
  const last = status?.k === "chain" ? status.steps.at(-1) : undefined;
  return last?.kind === "member" && /^(?:UNAUTHORI[SZ]ED|FORBIDDEN)$/i.test(last.name);
}

/** What a test asks the presence of: `x`, `x !== null`. */
function presence(value: Value): Value | null {
  if (value.k === "choice") {
    // `const { folderId, ...rest } = parsed.data`: it is there or it is not.
    const there = value.alternatives.filter(({ value: one }) => !(one.k === "literal" && one.value === undefined));
    return there.length === 1 && there[0] !== undefined ? presence(there[0].value) : null;
  }
  if (value.k === "client" || value.k === "rows") return value;
  if (value.k !== "derived" || (value.op !== "!==" && value.op !== "!=")) return null;
  const [subject, other] = value.args;
  const isNothing = other?.k === "literal" && (other.value === null || other.value === undefined);
  return isNothing && subject !== undefined && (subject.k === "client" || subject.k === "rows") ? subject : null;
}

function runTry(machine: Machine, node: Extract<Statement, { type: "TryStatement" }>, scope: Scope): void {
  const before = machine.state;
  const { frame } = machine;
  const thrown = { states: [] as State[] };
  const outer = frame?.thrown ?? null;
  if (frame !== null) frame.thrown = thrown;
  const entered = frame?.returns.length ?? 0;
  runBlock(machine, node.block.body, scope);
  if (frame !== null) frame.thrown = outer;
  let end = machine.state;
  if (node.handler !== null && before !== null) {
    // It may have been thrown at any point of the block: nothing learnt inside it holds, what was assigned may.
    let start: State | null = withFacts(end === null ? before : (join(before, end) ?? before), before.facts);
    for (const state of thrown.states) start = withFacts(join(start, state) ?? before, before.facts);
    machine.state = start;
    const inner = new Scope(scope.file, scope);
    if (node.handler.param !== null) {
      bindPattern(
        machine,
        node.handler.param,
        { k: "caught", path: "", place: { file: scope.file, node: node.handler } },
        inner,
      );
    }
    const ways = frame?.returns.slice(entered) ?? [];
    const lost =
      end === null
        ? ways.reduce((all, { state }) => all.and(state.facts.beyond(before.facts)), Facts.none)
        : end.facts.beyond(before.facts);
    const mark = machine.frame?.returns.length ?? 0;
    const around = frame?.lost ?? null;
    if (frame !== null) frame.lost = lost;
    runBlock(machine, node.handler.body.body, inner);
    if (frame !== null) frame.lost = around;
    const after = machine.state;
    const returned = (machine.frame?.returns.length ?? 0) > mark;
    machine.state = start;
    const place = { file: scope.file, node: node.handler };
    machine.record({ kind: "catch", rethrows: after === null && !returned, lost, falls: after !== null, place });
    end = join(end, after);
    machine.state = end;
  }
  if (node.finalizer !== null) {
    // It runs on the way out of every path, that of a refusal too.
    const after = machine.state;
    machine.state = before === null ? after : withFacts(join(before, after) ?? before, before.facts);
    runBlock(machine, node.finalizer.body, scope);
    machine.state = after;
  }
}

type Loop = Extract<
  Statement,
  { type: "ForStatement" | "WhileStatement" | "DoWhileStatement" | "ForOfStatement" | "ForInStatement" }
>;

function runLoop(machine: Machine, node: Loop, outer: Scope, label: string | null): void {
  const scope = new Scope(outer.file, outer);
  const { frame } = machine;
  const marks = [frame?.breaks.length ?? 0, frame?.continues.length ?? 0] as const;
  let skipped: State | null = machine.state;
  let isOfSent = false;
  if (node.type === "ForStatement") {
    if (node.init?.type === "VariableDeclaration") run(machine, node.init, scope);
    else if (node.init !== null) machine.evaluate(node.init, scope);
    if (node.test !== null) {
      const { yes, no } = branch(machine, node.test, scope);
      machine.state = yes ?? no;
      skipped = no ?? yes;
    }
  } else if (node.type === "WhileStatement") {
    const { yes, no } = branch(machine, node.test, scope);
    machine.state = yes ?? no;
    skipped = no;
  } else if (node.type === "ForOfStatement" || node.type === "ForInStatement") {
    const whole = machine.evaluate(node.right, scope);
    const source =
      node.type === "ForOfStatement" && node.await ? machine.consume(whole, { file: scope.file, node }) : whole;
    const element = node.type === "ForInStatement" ? opaque("name") : elementOf(machine, source);
    skipped = machine.state;
    isOfSent = clientsOf(element).some(({ part }) => part === "body");
    if (node.left.type === "VariableDeclaration") {
      const [declarator] = node.left.declarations;
      if (declarator !== undefined) bindPattern(machine, declarator.id, element, scope);
    } else if (node.left.type === "Identifier") {
      const slot = scope.find(node.left.name);
      if (slot !== undefined && machine.state !== null) machine.state = assign(machine.state, slot, element);
    }
  }
  const before = machine.state;
  runBlock(machine, [node.body], scope);
  let end = machine.state;
  if (frame !== null) {
    for (const { label: named, state } of frame.continues.splice(marks[1])) {
      if (named === null || named === label) end = join(end, state);
      else frame.continues.push({ label: named, state });
    }
  }
  if (node.type === "DoWhileStatement" && end !== null) {
    machine.state = end;
    const { yes, no } = branch(machine, node.test, scope);
    end = no ?? yes;
  }
  // What every turn shows of an element holds of all of them, and where there is none there is nothing to show.
  const shown = end === null || before === null ? Facts.none : end.facts.beyond(before.facts);
  let after: State | null = node.type === "DoWhileStatement" ? end : join(skipped, end);
  if (after !== null && shown.size > 0 && (node.type === "ForOfStatement" || node.type === "ForStatement")) {
    for (const [name, evidence] of shown.entries()) {
      // Each of what was sent was signed, or carried what only its sender knows.
      if (/\[\]/.test(name) || (isOfSent && SENDER.test(name)))
        after = withFacts(after, after.facts.with(name, evidence));
    }
  }
  if (frame !== null) {
    for (const { label: named, state } of frame.breaks.splice(marks[0])) {
      if (named === null || named === label) after = join(after, state);
      else frame.breaks.push({ label: named, state });
    }
  }
  machine.state = after;
}

const SENDER = /^(?:signature|shared-secret)$/;

function runSwitch(machine: Machine, node: Extract<Statement, { type: "SwitchStatement" }>, outer: Scope): void {
  const subject = machine.evaluate(node.discriminant, outer);
  const { frame } = machine;
  const mark = frame?.breaks.length ?? 0;
  const scope = new Scope(outer.file, outer);
  let waiting: State | null = machine.state; // the path on which no case has matched yet
  let falling: State | null = null; // the path that runs on from the case before
  let byDefault: State | null = null;
  for (const one of node.cases) {
    if (one.test !== null && waiting !== null) {
      machine.state = waiting;
      const wanted = machine.evaluate(one.test, scope);
      const place = { file: outer.file, node: one };
      machine.record({ kind: "compare", left: subject, right: wanted, op: "===", place });
      const test: Value = { k: "derived", op: "===", args: [subject, wanted], place };
      const matched: State | null = machine.state === null ? null : suppose(test, true, machine.state);
      waiting = machine.state === null ? null : suppose(test, false, machine.state);
      machine.state = join(falling, matched);
    } else machine.state = join(falling, one.test === null ? waiting : null);
    if (one.test === null) byDefault = waiting;
    for (const statement of one.consequent) {
      if (machine.state === null) break;
      run(machine, statement, scope);
    }
    falling = machine.state;
  }
  let end: State | null = falling;
  if (byDefault === null && !node.cases.some((one) => one.test === null)) end = join(end, waiting);
  if (frame !== null) {
    for (const { label, state } of frame.breaks.splice(mark)) {
      if (label === null) end = join(end, state);
      else frame.breaks.push({ label, state });
    }
  }
  machine.state = end;
}
