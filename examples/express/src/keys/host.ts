import { memoryRateLimiter, peerAddress, trustedProxies, type RuntimeHost, type Sql } from "@meterr/runtime";
import type pg from "pg";
import { appendAuditEntry } from "#modules/audit-log/esm/index.js";

/** What the modules need of Desk. A workspace is a tenant. */
export function deskHost(db: pg.Pool, origin: string): RuntimeHost {
  return {
    async withTenant(tenant, work) {
      const client = await db.connect();
      try {
        await client.query("begin");
        await client.query("select set_config('app.tenant_id', $1, true), set_config('app.visibility', $2, true)", [
          tenant.id,
          tenant.visibility,
        ]);
        const result = await work(sqlOf(client));
        await client.query("commit");
        client.release();
        return result;
      } catch (error) {
        await client.query("rollback").then(
          () => client.release(),
          (broken: Error) => client.release(broken),
        );
        throw error;
      }
    },
    limiter: memoryRateLimiter({ now: () => performance.now() }),
    now: () => new Date(),
    audit: appendAuditEntry,
    report: ({ error, requestId, route }) => {
      const what = error instanceof Error ? error.name : "failure";
      process.stderr.write(`desk: ${route} ${requestId}: ${what}\n`);
    },
    clientAddress: trustedProxies({ trusted: [], peer: peerAddress }),
    allowedOrigins: [origin],
  };
}

function sqlOf(client: pg.PoolClient): Sql {
  return {
    // sql-not-constant: hands on what a KEY says; what those say is judged where they say it
    query: async <Row>(text: string, values: readonly unknown[] = []) => {
      // sql-not-constant: as above
      const { rows, rowCount } = await client.query(text, [...values]);
      return { rows: rows as Row[], rowCount };
    },
  };
}
