/** The module's own tables, as a host's migration runner takes them: NNNN_name.{up,down}.sql in a folder. */
export const auditLogMigrations = {
  name: "audit-log",
  folder: new URL("../migrations/", import.meta.url),
} as const;
