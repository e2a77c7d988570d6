import type { Node } from "oxc-parser";
import type { Machine } from "../interpret/machine.ts";
import { type Place, UNDEFINED, type Value } from "../values/value.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler, REQUEST, WRITER } from "./follow-handler.ts";

/** What Express hands a handler: the request, what answers it, and what goes on to the next. */
export const EXPRESS: readonly Value[] = [REQUEST, WRITER, { k: "continuation", run: () => UNDEFINED }];

/** That no file of the tree says what stands before it. */
export function learnUnmounted(machine: Machine, place: Place): void {
  machine.learn("unmounted", { sure: true, place, why: "no file of the tree mounts this handler" });
}

/** A handler of Express whose router stands elsewhere. `made` answers what is called, or null where it is not seen. */
export function unmountedHandler(
  declared: { readonly file: string; readonly name: string; readonly node: Node; readonly body?: Node },
  made: (machine: Machine, place: Place) => Value | null,
): EntryPoint {
  const place: Place = { file: declared.file, node: declared.node };
  return {
    ...declared,
    kind: "handler",
    framework: "express",
    method: null,
    path: null,
    follow(machine) {
      learnUnmounted(machine, place);
      const value = made(machine, place);
      if (value !== null) followHandler(machine, value, EXPRESS, place);
    },
  };
}
