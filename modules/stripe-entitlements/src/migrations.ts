/** The module's own table, as a host's migration runner takes it: NNNN_name.{up,down}.sql in a folder. */
export const stripeEntitlementsMigrations = {
  name: "stripe-entitlements",
  folder: new URL("../migrations/", import.meta.url),
} as const;
