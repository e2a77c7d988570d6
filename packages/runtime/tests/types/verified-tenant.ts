import {
  isVerifiedTenant,
  serviceAccount,
  type Membership,
  type Principal,
  type RuntimeHost,
  type ServiceAccount,
  type Sql,
  type VerifiedTenant,
} from "../../src/index.ts";

// Compiled, never run: each @ts-expect-error fails the type check once the line beneath it compiles.

export async function noDatabaseWithoutAVerifiedTenant(
  host: RuntimeHost,
  tenant: VerifiedTenant,
  principal: Principal,
  membership: Membership,
  request: Request,
): Promise<void> {
  const query = (sql: Sql): Promise<unknown> => sql.query("select 1");

  await host.withTenant(tenant, query);
  // @ts-expect-error: an id is no tenant
  await host.withTenant(tenant.id, query);
  // @ts-expect-error: nor is what a client sent
  await host.withTenant(request.headers.get("x-tenant-id"), query);
  // @ts-expect-error: nor is a membership
  await host.withTenant(membership, query);
  // @ts-expect-error: nor is a principal
  await host.withTenant(principal, query);
  // @ts-expect-error: nor is nothing
  await host.withTenant(null, query);
  const { id, subject, role, visibility } = tenant;
  // @ts-expect-error: one built of its parts is a look-alike
  await host.withTenant({ id, subject, role, visibility }, query);
  // @ts-expect-error: and one that came back from JSON
  await host.withTenant(JSON.parse(JSON.stringify(tenant)) as { id: string }, query);
  // @ts-expect-error: the transaction is the only way to a query
  await host.query("select 1");

  const unknown: unknown = membership;
  // @ts-expect-error: what has not been checked is none
  await host.withTenant(unknown, query);
  if (isVerifiedTenant(unknown)) await host.withTenant(unknown, query);

  // @ts-expect-error: its id stands fast
  tenant.id = "else";
  // @ts-expect-error: so does its role
  tenant.role = "owner";
}

export async function aServiceAccountIsNoTenant(host: RuntimeHost, account: ServiceAccount, now: Date): Promise<void> {
  const query = (sql: Sql): Promise<unknown> => sql.query("select 1");
  // @ts-expect-error: an account acts for a tenant once the gate has said so
  await host.withTenant(account, query);
  await host.withTenant(await account.tenant({ tenantId: "1", scope: "usage.settle", now }), query);
  // @ts-expect-error: and the gate asks what for
  await account.tenant({ tenantId: "1", now });
  // @ts-expect-error: an account without an end is none
  serviceAccount({ id: "1", issuer: "worker", scope: [], membership: async () => null });
}
