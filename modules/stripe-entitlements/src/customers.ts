import type { Sql, VerifiedTenant } from "@meterr/runtime";
import { StripeEntitlementsError } from "./errors.ts";

const CUSTOMER = /^cus_[A-Za-z0-9]{1,64}$/;
const LINK =
  "insert into stripe_customers (org_id, customer_id) values ($1, $2) on conflict do nothing returning customer_id";
const OF_TENANT = "select customer_id from stripe_customers where org_id = $1";
const UNLINK = "delete from stripe_customers where org_id = $1";

/**
 * Binds a Stripe customer to a tenant, in the tenant's own transaction: call it where the server has just made the
 * customer for that tenant, never with an id that a client sent. Linking the same pair again changes nothing.
 * Throws StripeEntitlementsError `customer_invalid`, `customer_taken` or `tenant_linked`.
 */
export async function linkStripeCustomer(sql: Sql, tenant: VerifiedTenant, customer: string): Promise<void> {
  if (typeof customer !== "string" || !CUSTOMER.test(customer)) {
    throw new StripeEntitlementsError("customer_invalid", "This is not the id of a Stripe customer.");
  }
  const { rows } = await sql.query(LINK, [tenant.id, customer]);
  if (rows.length > 0) return;
  const linked = await sql.query<{ customer_id: string }>(OF_TENANT, [tenant.id]);
  const known = linked.rows[0]?.customer_id;
  if (known === customer) return;
  throw known === undefined
    ? new StripeEntitlementsError("customer_taken", "The Stripe customer is linked to another tenant.")
    : new StripeEntitlementsError("tenant_linked", "The tenant is linked to another Stripe customer: unlink it first.");
}

/** Takes a tenant's customer away, and with it every entitlement. */
export async function unlinkStripeCustomer(sql: Sql, tenant: VerifiedTenant): Promise<void> {
  await sql.query(UNLINK, [tenant.id]);
}
