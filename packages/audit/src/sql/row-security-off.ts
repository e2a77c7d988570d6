import type { Table } from "./schema.ts";

/** Whether policies of the table are not asked at the end of the migrations. */
export function isRowSecurityOff({ enabled, disabled }: Table): boolean {
  return enabled === null || disabled !== null;
}
