import type { Project } from "../project.ts";
import { bindPattern } from "./bind-pattern.ts";
import { call } from "./call.ts";
import { consume } from "./consume.ts";
import { evaluate } from "./evaluate.ts";
import { invoke } from "./invoke.ts";
import { type Interpreter, Machine } from "./machine.ts";
import type { Scope } from "./scope.ts";

const interpreter: Interpreter = { evaluate, invoke, answer: call, consume, bindPattern };

/**
 * A machine for one entry point.
 * @param modules the tops of files, shared by all machines of an audit
 */
export function newMachine(project: Project, modules: Map<string, Scope>): Machine {
  return new Machine(interpreter, project, modules);
}
