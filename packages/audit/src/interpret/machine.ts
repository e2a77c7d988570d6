import type { Node } from "oxc-parser";
import type { Project } from "../project.ts";
import type { Operation } from "../trace/operation.ts";
import { type Evidence, Facts } from "../values/facts.ts";
import type { Place, Value } from "../values/value.ts";
import { Reads } from "./reads.ts";
import type { Scope } from "./scope.ts";
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
  consume(machine: Machine, value: Value, place: Place): Value;
  bindPattern(machine: Machine, pattern: Node, value: Value, scope: Scope): void;
}

export interface Budget {
  readonly steps: number;
  readonly calls: number;
}

/** How much of one entry point is followed. Past any of these its answers are unknown, never proved. */
export const ENTRY_BUDGET: Budget = { steps: 12_000, calls: 14 };
/** A function nobody is seen to call is looked at for itself, and little of what it calls. */
export const FUNCTION_BUDGET: Budget = { steps: 1_500, calls: 3 };
const MAX_OPERATIONS = 600;

/** Evaluates code abstractly, one path joined with the next. `state` is null where no path arrives. */
export class Machine {
  readonly #interpreter: Interpreter;
  readonly project: Project;
  readonly operations: Operation[] = [];
  readonly unknowns = new Set<string>();
  readonly calls: Place[] = [];
  readonly active: Node[] = [];
  /** The same functions, with their files. */
  readonly within: Place[] = [];
  readonly modules: Map<string, Scope>;
  /** What has been read so far, or for the name at the top of a file that is being filled in. */
  reads = new Reads();
  /** Exports being looked up: files that hand on each other's names may go round in a circle. */
  readonly asking = new Set<string>();
  /** What functions without arguments that make a client have answered. */
  readonly remembered = new Map<Node, Value>();
  readonly recorded = new WeakSet<object>();
  readonly consumed = new WeakMap<object, Value>();
  state: State | null = START;
  frame: Frame | null = null;
  /** Operations are recorded; off while the top of a module is evaluated. */
  recording = true;
  /** The top of a module is being evaluated: what is built there is kept as it is built. */
  atTop = false;
  steps = 0;
  /** Calls that a library makes between two of the application's, which do not count for depth. */
  relief = 0;
  budget: Budget = ENTRY_BUDGET;
  /** The handler whose answers are the entry point's. */
  answering: Node | null = null;
  /** Which callers are known not to be on the request unless code that was followed put them there. */
  absent: "every" | ReadonlySet<string> | null = null;
  /** The path middleware is asked about, while it is followed. */
  pathname: string | null = null;
  /** Refusals that were sent without leaving the function, with what only those who were not refused have shown. */
  readonly refusals: { readonly place: Place; readonly lost: Facts }[] = [];
  /** Every function that was followed. */
  readonly reached: Set<Node>;

  constructor(interpreter: Interpreter, project: Project, modules: Map<string, Scope>, reached: Set<Node>) {
    this.#interpreter = interpreter;
    this.reached = reached;
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

  /** What `await` gives. */
  consume(value: Value, place: Place): Value {
    return this.#interpreter.consume(this, value, place);
  }

  /** Declares every name a pattern binds. */
  bindPattern(pattern: Node, value: Value, scope: Scope): void {
    this.#interpreter.bindPattern(this, pattern, value, scope);
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
    if (!this.recording || this.state === null) return;
    // What is answered is judged however much came before.
    if (this.operations.length >= MAX_OPERATIONS && !/^(?:respond|return|catch)$/.test(operation.kind)) {
      this.unknowns.add("too many operations");
      return;
    }
    this.operations.push({
      ...operation,
      facts: this.facts,
      calls: [...this.calls],
      within: [...this.within],
    });
  }

  /** Takes back what was recorded of a kind between two points. */
  forget(from: number, to: number, kind: Operation["kind"]): void {
    const kept = this.operations.slice(from, to).filter((one) => one.kind !== kind);
    this.operations.splice(from, to - from, ...kept);
  }

  /** False when the budget is spent: the caller then answers with an opaque value. */
  step(): boolean {
    this.steps += 1;
    if (this.steps <= this.budget.steps) return true;
    this.unknowns.add("the code is too large to follow to its end");
    return false;
  }

  get tooDeep(): boolean {
    return this.calls.length - this.relief >= this.budget.calls;
  }
}
