import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import {
  globalScope,
  memberTenant,
  publicAccess,
  routeKey,
  type Authenticator,
  type HandlerResult,
  type KeyManifest,
  type Principal,
  type RuntimeHost,
  type VerifiedTenant,
} from "../src/index.ts";

// Checked by the compiler: each @ts-expect-error fails the type check once its line compiles.
export function aHandlerCannotTakeAClaimForAnIdentity(
  host: RuntimeHost,
  manifest: KeyManifest,
  auth: Authenticator,
): void {
  const base = { host, manifest, method: "POST", maxBodyBytes: 1, idempotency: "none" } as const;
  const rule = { points: 1, seconds: 1 };
  const result: HandlerResult = { status: 200 };

  routeKey({
    ...base,
    path: "/x/:id",
    auth,
    tenant: memberTenant(),
    authorize: () => true,
    input: { body: z.strictObject({ name: z.string() }), params: z.object({ id: z.uuid() }) },
    limit: { address: rule, tenant: rule },
    handler: async (context) => {
      const { body, params, query, headers, request, tenant, principal } = context;
      const known: [string, string, undefined, undefined, VerifiedTenant, Principal] = [
        body.name,
        params.id,
        query,
        headers,
        tenant,
        principal,
      ];
      assert.ok(known);
      // @ts-expect-error: headers reach a handler through a schema only
      assert.ok(request.headers);
      // @ts-expect-error: so does the body
      assert.ok(request.json);
      // @ts-expect-error: no schema reads this field
      assert.ok(body.role);
      // @ts-expect-error: a path parameter is no tenant
      await host.withTenant(params.id, async () => result);
      // @ts-expect-error: nor is an object of the same shape
      await host.withTenant({ id: params.id, subject: null, role: "owner", visibility: "tenant" }, async () => result);
      // @ts-expect-error: nor is a membership
      await host.withTenant(principal.memberships[0], async () => result);
      // @ts-expect-error: a verified tenant cannot be changed
      tenant.id = params.id;
      // @ts-expect-error: nor can the principal
      principal.id = params.id;
      // @ts-expect-error: nor can its memberships
      principal.memberships.push({ tenantId: params.id, subjectId: "", role: "owner", visibility: "tenant" });
      await host.withTenant(tenant, async () => result);
      return result;
    },
  });

  routeKey({
    ...base,
    path: "/y",
    auth: publicAccess("x"),
    tenant: globalScope("x"),
    input: {},
    limit: { address: rule },
    handler: async (context) => {
      const nobody: [null, null] = [context.tenant, context.principal];
      assert.ok(nobody);
      // @ts-expect-error: without a tenant there is no transaction
      await context.sql.query("select 1");
      // @ts-expect-error: and no audit log to write to
      assert.ok(context.audit);
      return result;
    },
  });

  routeKey({
    ...base,
    path: "/z",
    auth,
    tenant: globalScope("x"),
    authorize: () => true,
    input: {},
    limit: { address: rule },
    handler: async ({ principal, tenant }) => {
      const known: [Principal, null] = [principal, tenant];
      assert.ok(known);
      return result;
    },
  });
}

test("the compiler keeps claims from being identities (see the function above)", () => {
  assert.equal(typeof aHandlerCannotTakeAClaimForAnIdentity, "function");
});
