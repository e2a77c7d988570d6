export { ROOT, startMachine } from "./machine.ts";
export type { Machine, MachineOptions, Ports, Ran } from "./machine.ts";
export { becomeOwner } from "./owner.ts";
export type { Owner } from "./owner.ts";
export { poll } from "./poll.ts";
