import type { StandardSchemaV1 } from "@standard-schema/spec";
import { Problem, type FieldError } from "../problem.ts";
import { unreadAuthority } from "./unread-authority.ts";

export type Part = "body" | "query" | "params" | "headers" | "props";

const MAX_ERRORS = 20;
const PLAIN_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * One part of the input against its Standard Schema: its value, or a promise of it where the schema answers later.
 * Throws, or rejects with, Problem `invalid_input` with paths, never values.
 */
export function validatePart(part: Part, schema: StandardSchemaV1, value: unknown): unknown {
  const outcome = schema["~standard"].validate(value);
  // Most schemas answer at once, and a promise for each part of each request is what validation would then cost most.
  return isThenable(outcome) ? outcome.then((result) => valueOf(part, value, result)) : valueOf(part, value, outcome);
}

function isThenable<Value>(outcome: Value | Promise<Value>): outcome is Promise<Value> {
  return typeof outcome === "object" && outcome !== null && "then" in outcome;
}

function valueOf(part: Part, value: unknown, result: StandardSchemaV1.Result<unknown>): unknown {
  if (result.issues !== undefined) throw invalid(result.issues.slice(0, MAX_ERRORS).map((issue) => at(part, issue)));
  if (part === "body" || part === "query" || part === "props") {
    const ignored = unreadAuthority(value, result.value, part);
    if (ignored !== null) throw invalid([{ path: ignored }]);
  }
  return result.value;
}

function invalid(errors: readonly FieldError[]): Problem {
  return new Problem("invalid_input", { errors });
}

function at(part: Part, issue: StandardSchemaV1.Issue): FieldError {
  // Not path.map: ArkType's path is an array of its own class, whose copies hold other steps.
  const names = Array.from(issue.path ?? [], (step) => String(typeof step === "object" ? step.key : step));
  // A name the client made up could hold anything, so only plain ones are repeated.
  return { path: [part, ...names.map((name) => (PLAIN_NAME.test(name) ? name : "*"))].join(".") };
}
