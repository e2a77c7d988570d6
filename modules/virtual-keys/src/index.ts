export { createVirtualKeys } from "./create-virtual-keys.ts";
export type { VirtualKeysOptions } from "./create-virtual-keys.ts";
