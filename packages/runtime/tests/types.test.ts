import { z } from "zod";
import {
  routeKey,
  type RuntimeHost,
  type KeyManifest,
  type Authenticator,
  memberTenant,
  globalScope,
  publicAccess,
} from "../src/index.ts";
declare const host: RuntimeHost;
declare const manifest: KeyManifest;
declare const auth: Authenticator;
export function never(): void {
  routeKey({
    host,
    manifest,
    method: "POST",
    path: "/x/:id",
    auth,
    tenant: memberTenant(),
    authorize: () => true,
    input: { body: z.strictObject({ name: z.string() }), params: z.object({ id: z.uuid() }) },
    limit: { address: { points: 1, seconds: 1 } },
    maxBodyBytes: 1,
    idempotency: "none",
    handler: async (ctx) => {
      const n: string = ctx.body.name + ctx.params.id;
      const u: undefined = ctx.query;
      await ctx.sql.query(n);
      await host.withTenant(ctx.tenant, async () => u);
      return { status: 200, body: {} };
    },
  });
  routeKey({
    host,
    manifest,
    method: "POST",
    path: "/x",
    auth: publicAccess("x"),
    tenant: globalScope("x"),
    input: {},
    limit: { address: { points: 1, seconds: 1 } },
    maxBodyBytes: 1,
    idempotency: "none",
    handler: async (ctx) => {
      const u: null = ctx.tenant;
      const p: null = ctx.principal;
      void u;
      void p;
      return { status: 200, body: {} };
    },
  });
}
