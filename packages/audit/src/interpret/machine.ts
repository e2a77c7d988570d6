import type { Node } from "oxc-parser";
import type { Project } from "../project.ts";
import type { Operation } from "../trace/operation.ts";
import { type Evidence, Facts } from "../values/facts.ts";
import type { Place, Value } from "../values/value.ts";
import { Reads } from "./reads.ts";
import type { Scope } from "./scope.ts";
import type { Budget } from "./budget.ts";
import { beginning, type Standing } from "./standing.ts";
import { START, type State, withFacts } from "./state.ts";

type WithoutContext<T> = T extends unknown ? Omit<T, "facts" | "calls" | "within"> : never;
export type NewOperation = WithoutContext<Operation>;

/** A function being evaluated. */
export interface Frame {
  readonly node: Node;
  readonly returns: { readonly value: Value; readonly state: State }[];
  readonly breaks: { readonly label: string | null; readonly state: State }[];
  readonly continues: { readonly label: string | null; readonly state: State }[];
  /** Within a catch clause: what the try had shown, which does not hold there. */
  lost: Facts | null;
  /** States in which a `throw` was met inside the innermost `try`, or null outside of one. */
  thrown: { readonly states: State[] } | null;
}

/** What evaluates, handed in by the composition below it: its parts ask each other through the machine. */
export interface Interpreter {
  evaluate(machine: Machine, node: Node, scope: Scope): Value;
  invoke(machine: Machine, callee: Value, args: readonly Value[], place: Place): Value;
  answer(machine: Machine, callee: Value, args: readonly Value[], place: Place): Value;
  consume(machine: Machine, value: Value, place: Place): Value;
  bindPattern(machine: Machine, pattern: Node, value: Value, scope: Scope): void;
}

const MAX_OPERATIONS = 600;
/** Of the steps that are left, one in 2^n is kept from each call. */
const RESERVE = 3;

/** Evaluates code abstractly, one path joined with the next. `state` is null where no path arrives. */
export class Machine {
  readonly #interpreter: Interpreter;
  readonly project: Project;
  readonly operations: Operation[] = [];
  readonly modules: Map<string, Scope>;
  /** What has been read so far, or for the name at the top of a file that is being filled in. */
  reads = new Reads();
  /** Where it stands in the code that is followed. */
  at: Standing = beginning();
  /** Fields of objects that were set on the way. */
  readonly fields = new Map<Value, Map<string, Value>>();
  readonly recorded = new Set<object>();
  readonly consumed = new Map<object, Value>();
  state: State | null = START;
  frame: Frame | null = null;
  /** Operations are recorded; off while the top of a module is evaluated. */
  recording = true;
  /** The top of a module is being evaluated: what is built there is kept as it is built. */
  atTop = false;
  /** The call of code that is not seen whose name says that it never comes back. */
  endedByName: Node | null = null;
  /** Refusals that were sent without leaving the function, with what only those who were not refused have shown. */
  readonly refusals: { readonly place: Place; readonly lost: Facts }[] = [];

  constructor(interpreter: Interpreter, project: Project, modules: Map<string, Scope>) {
    this.#interpreter = interpreter;
    this.project = {
      ...project,
      file: (path) => {
        this.reads.files.add(path);
        return project.file(path);
      },
    };
    this.modules = modules;
  }

  /** The value of an expression on the current path; learns and records on the way. */
  evaluate(node: Node, scope: Scope): Value {
    return this.#interpreter.evaluate(this, node, scope);
  }

  /** Calls a value with values. */
  invoke(callee: Value, args: readonly Value[], place: Place): Value {
    return this.#interpreter.invoke(this, callee, args, place);
  }

  /** Calls a value with values, and asks what is known of it where its code is not seen. */
  answer(callee: Value, args: readonly Value[], place: Place): Value {
    return this.#interpreter.answer(this, callee, args, place);
  }

  /** What `await` gives. */
  consume(value: Value, place: Place): Value {
    return this.#interpreter.consume(this, value, place);
  }

  /** Declares every name a pattern binds. */
  bindPattern(pattern: Node, value: Value, scope: Scope): void {
    this.#interpreter.bindPattern(this, pattern, value, scope);
  }

  get calls(): Place[] {
    return this.at.calls;
  }

  get active(): Node[] {
    return this.at.active;
  }

  get within(): Place[] {
    return this.at.within;
  }

  get asking(): Set<string> {
    return this.at.asking;
  }

  get remembered(): Map<Node, Value> {
    return this.at.remembered;
  }

  get relief(): number {
    return this.at.relief;
  }

  set relief(relief: number) {
    this.at.relief = relief;
  }

  get budget(): Budget {
    return this.at.budget;
  }

  set budget(budget: Budget) {
    this.at.budget = budget;
    this.at.steps = budget.steps;
  }

  /** A call is given most of the steps that are left, so that what follows it is seen too; answers what is kept back. */
  lend(): number {
    const kept = this.at.steps >> RESERVE;
    this.at.steps -= kept;
    return kept;
  }

  /** The call is over; was what it was given too little? */
  takeBack(kept: number): boolean {
    const spent = this.at.steps <= 0;
    this.at.steps = Math.max(this.at.steps, 0) + kept;
    return spent;
  }

  get answering(): Node | null {
    return this.at.answering;
  }

  set answering(answering: Node | null) {
    this.at.answering = answering;
  }

  get absent(): Standing["absent"] {
    return this.at.absent;
  }

  set absent(absent: Standing["absent"]) {
    this.at.absent = absent;
  }

  get pathname(): string | null {
    return this.at.pathname;
  }

  set pathname(pathname: string | null) {
    this.at.pathname = pathname;
  }

  /** Why the picture is not whole. */
  get unknowns(): Set<string> {
    return this.reads.unknowns;
  }

  /** Every function that was followed. */
  get reached(): Set<string> {
    return this.reads.functions;
  }

  get facts(): Facts {
    return this.state?.facts ?? Facts.none;
  }

  learn(name: string, evidence: Evidence): void {
    if (this.state !== null) this.state = withFacts(this.state, this.state.facts.with(name, evidence));
  }

  /** What middleware put on the request, by its path: `user`, `auth.orgId`. */
  attach(path: string, value: Value): void {
    if (this.state !== null) this.state = { ...this.state, attached: new Map(this.state.attached).set(path, value) };
  }

  assume(facts: Facts): void {
    if (this.state !== null) this.state = withFacts(this.state, this.state.facts.and(facts));
  }

  record(operation: NewOperation): void {
    // Of what is done with the last step the parts were not seen.
    if (!this.recording || this.state === null || this.at.steps <= 0) return;
    // A call that turns out to be a statement to a database is no call of code that is not seen.
    const before = this.operations.at(-1);
    if (
      operation.kind === "query" &&
      /^(?:count|read|list)$/.test(operation.query.verb) &&
      before?.kind === "call" &&
      before.place.node === operation.place.node
    )
      this.operations.pop();
    // What is answered is judged however much came before.
    if (this.operations.length >= MAX_OPERATIONS && !/^(?:respond|return|catch)$/.test(operation.kind)) {
      this.unknowns.add("too many operations");
      return;
    }
    this.operations.push({
      ...operation,
      facts: this.facts,
      calls: [...this.at.calls],
      within: [...this.at.within],
    });
  }

  /** Takes back what was recorded of a kind between two points. */
  forget(from: number, to: number, kind: Operation["kind"]): void {
    const kept = this.operations.slice(from, to).filter((one) => one.kind !== kind);
    this.operations.splice(from, to - from, ...kept);
  }

  /** False when the budget is spent: the caller then answers with an opaque value. */
  step(): boolean {
    this.at.steps -= 1;
    if (this.at.steps > 0) return true;
    this.unknowns.add("the code is too large to follow to its end");
    return false;
  }

  get tooDeep(): boolean {
    return this.at.calls.length - this.at.relief >= this.at.budget.calls;
  }
}
