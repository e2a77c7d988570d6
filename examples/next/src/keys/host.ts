import { memoryRateLimiter, peerAddress, trustedProxies, type RuntimeHost, type Sql } from "@meterr/runtime";
import type pg from "pg";
import { db, setting } from "../server/pool.ts";

/** What the modules need of Bills. A company is a tenant. Made at the first request: a build has no settings. */
export function billsHost(): RuntimeHost {
  return (host ??= makeHost());
}

let host: RuntimeHost | undefined;

function makeHost(): RuntimeHost {
  return {
    async withTenant(tenant, work) {
      const client = await db().connect();
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
    // Bills keeps no log of its own: what is done goes where its other messages go.
    audit: async (_sql, tenant, { action, actor }) => {
      process.stdout.write(`bills: ${action} in ${tenant.id} by ${actor.id}\n`);
    },
    report: ({ error, requestId, route }) => {
      process.stderr.write(`bills: ${route} ${requestId}: ${error instanceof Error ? error.name : "failure"}\n`);
    },
    // Next listens on loopback; whoever connects is the proxy in front of it.
    clientAddress: trustedProxies({ trusted: ["127.0.0.1"], peer: peerAddress }),
    allowedOrigins: [setting("ORIGIN")],
  };
}

function sqlOf(client: pg.PoolClient): Sql {
  return {
    query: async <Row>(text: string, values: readonly unknown[] = []) => {
      // sql-not-constant: hands on what a KEY says; what those say is judged where they say it
      const { rows, rowCount } = await client.query(text, [...values]);
      return { rows: rows as Row[], rowCount };
    },
  };
}
