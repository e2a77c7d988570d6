import {
  allOf,
  keyModule,
  memberTenant,
  parseManifest,
  routeKey,
  type Authenticator,
  type Authorize,
  type KeyModule,
  type RuntimeHost,
} from "@meterr/runtime";
import { z } from "zod";
import manifestJson from "./key.json" with { type: "json" };

const MOST = 5_000;

/** Desk's own KEY: `paid` says whether the workspace may export at all, the role whether this member may. */
export function ticketExport(host: RuntimeHost, auth: Authenticator, paid: Authorize): KeyModule {
  const manifest = parseManifest(manifestJson);
  const route = routeKey({
    host,
    manifest,
    method: "POST",
    path: "/api/v1/ticket-exports",
    auth,
    tenant: memberTenant(),
    authorize: allOf(({ tenant }) => tenant.role === "lead", paid),
    input: { body: z.strictObject({ status: z.enum(["open", "waiting", "closed"]).optional() }) },
    limit: { address: { points: 30, seconds: 60 }, tenant: { points: 30, seconds: 60 } },
    maxBodyBytes: 1_024,
    idempotency: "none",
    handler: async ({ sql, tenant, body, audit }) => {
      const { rows } = await sql.query<{ id: string }>(
        `select id, subject, status, opened_at from tickets
         where workspace_id = $1 and ($2::text is null or status = $2) order by opened_at limit $3`,
        [tenant.id, body.status ?? null, MOST],
      );
      await audit({
        action: "tickets.exported",
        subject: { type: "workspace", id: tenant.id },
        details: { tickets: rows.length },
      });
      return { status: 200, body: { tickets: rows } };
    },
  });
  return keyModule({ manifest, routes: [route], sideEffects: ["appends an audit log entry"] });
}
