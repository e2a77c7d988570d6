/**
 * The table of claims, as a host's migration runner takes it: NNNN_name.{up,down}.sql in a folder.
 * A function, for not every edge runtime knows where a module stands.
 */
export function webhookClaimsMigrations(): { readonly name: string; readonly folder: URL } {
  return { name: "webhook-claims", folder: new URL("../../../migrations/webhook-claims/", import.meta.url) };
}
