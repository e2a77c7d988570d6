import { after } from "node:test";
import type { StubBehaviour } from "./stub-server.ts";
import { writeStub } from "./stub-installation.ts";
import { machine, type Machine } from "./up-process.ts";

/** One home for a whole test file: making it takes seconds, starting on it less than one. */
export interface SharedMachine extends Machine {
  /** Makes the stub processes behave so from their next start on. */
  behave(behaviour: Partial<StubBehaviour>): void;
}

export async function sharedMachine(): Promise<SharedMachine> {
  const undo: (() => void | Promise<void>)[] = [];
  after(async () => {
    for (const step of undo.toReversed()) await step();
  });
  const made = await machine({ after: (step) => void undo.push(step) });
  return {
    ...made,
    behave(behaviour) {
      for (const name of ["gateway", "dashboard", "sandbox"]) {
        writeStub(made.root, { ...behaviour, name, journal: made.journal });
      }
    },
  };
}
