/**
 * The module's own table, as a host's migration runner takes it: NNNN_name.{up,down}.sql in a folder. It needs the
 * runtime's `webhookClaimsMigrations()` beside it. A function, for not every edge runtime knows where a module stands.
 */
export function webhookInboxMigrations(): { readonly name: string; readonly folder: URL } {
  return { name: "webhook-inbox", folder: new URL("../migrations/", import.meta.url) };
}
