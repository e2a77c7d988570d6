/** `MonitorEntity`, `monitors`, `db_monitor`: of a monitor. */
export function stemOf(name: string): string {
  return name
    .replace(/(?:Model|Entity|Record|Table|Schema)$/, "")
    .toLowerCase()
    .replaceAll("_", "")
    .replace(/(?:ies|y|e?s)$/, "");
}
