import type { Node } from "oxc-parser";
import type { Machine } from "../interpret/machine.ts";
import type { Neighbours } from "./neighbours.ts";

export type EntryKind =
  | "route" // an HTTP route of any framework
  | "action" // a server action: any client may call it with any arguments
  | "procedure" // tRPC, oRPC
  | "page" // a server component or a page's data function
  | "handler" // takes a request, mounted by code that is not seen
  | "middleware"
  | "error-handler"
  | "job"
  | "function"; // reached by no entry point: judged for what is wrong whoever calls it

/** Where code begins to run for somebody outside. */
export interface EntryPoint {
  readonly kind: EntryKind;
  readonly framework: string;
  /** What a person calls it: `DELETE /api/projects/[id]`, `deleteProject`. */
  readonly name: string;
  readonly method: string | null;
  /** The route's path as the framework has it, or null. */
  readonly path: string | null;
  readonly file: string;
  /** The declaration: where a missing gate is reported. */
  readonly node: Node;
  /** The function that does the work, where what is declared is a wrapper around it or a list that ends with it. */
  readonly body?: Node;
  /** Other files it is put together from: those that mount its router. Absent where its own file tells all. */
  readonly with?: readonly string[];
  /** What those beside it in the same router or class ask of their callers, where that can be read off. */
  readonly neighbours?: () => Neighbours;
  /** Is there a gate of the same router that it does not pass, as where it is registered above it? */
  readonly gateBeside?: () => boolean;
  /** Its declaration says that nobody is asked: not by mistake where it names nothing of anybody's. */
  readonly declaredOpen?: boolean;
  /** Follows it, from the request to the answer. */
  follow(machine: Machine): void;
}
