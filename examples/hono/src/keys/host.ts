import { memoryRateLimiter, peerAddress, trustedProxies, type RuntimeHost, type Sql } from "@meterr/runtime";
import type pg from "pg";
import { inShop } from "../database/in-shop.ts";

/** What the modules need of Parcels. A shop is a tenant; what is recorded goes where Parcels records it. */
export function parcelsHost(db: pg.Pool, origin: string): RuntimeHost {
  return {
    withTenant: (tenant, work) =>
      inShop(db, tenant.id, async (client) => {
        await client.query("select set_config('app.tenant_id', $1, true), set_config('app.visibility', $2, true)", [
          tenant.id,
          tenant.visibility,
        ]);
        return work(sqlOf(client));
      }),
    limiter: memoryRateLimiter({ now: () => performance.now() }),
    now: () => new Date(),
    audit: async (sql, tenant, { actor, action, subject }) => {
      await sql.query("insert into activity (shop_id, who, what) values ($1, $2, $3)", [
        tenant.id,
        actor.label,
        `${action} ${subject.type} ${subject.id}`,
      ]);
    },
    report: ({ error, requestId, route }) => {
      const what = error instanceof Error ? `${error.name} ${"code" in error ? String(error.code) : ""}` : "failure";
      process.stderr.write(`parcels: ${route} ${requestId}: ${what}\n`);
    },
    clientAddress: trustedProxies({ trusted: [], peer: peerAddress }),
    allowedOrigins: [origin],
  };
}

/** A connection as the modules take it. */
export function sqlOf(client: Pick<pg.PoolClient, "query">): Sql {
  return {
    query: async <Row>(text: string, values: readonly unknown[] = []) => {
      // sql-not-constant: hands on what a KEY says; what those say is judged where they say it
      const { rows, rowCount } = await client.query(text, [...values]);
      return { rows: rows as Row[], rowCount };
    },
  };
}
