import { after } from "node:test";
import { startMachine, type Machine } from "./machine.ts";
import { becomeOwner } from "./owner.ts";

let shared: Promise<Machine> | undefined;

/** The one machine of this test file, with its first owner; it ends with the file. To be called in before(). */
export function sharedMachine(): Promise<Machine> {
  shared ??= start();
  return shared;
}

/** At the root of the file, where it comes after everything. */
export function endSharedMachine(): void {
  after(async () => {
    const machine = await shared?.catch(() => undefined);
    await machine?.stop();
  });
}

async function start(): Promise<Machine> {
  const machine = await startMachine();
  try {
    await becomeOwner(machine);
    return machine;
  } catch (error) {
    await machine.stop();
    throw error;
  }
}
