/**
 * The module's own table, as a host's migration runner takes it: NNNN_name.{up,down}.sql in a folder.
 * A function, for not every edge runtime knows where a module stands.
 */
export function stripeEntitlementsMigrations(): { readonly name: string; readonly folder: URL } {
  return { name: "stripe-entitlements", folder: new URL("../migrations/", import.meta.url) };
}
