import { routeKey, type RouteKey } from "@meterr/runtime";
import { HEAD_PROBLEMS, lastHead, type HeadPorts } from "../last-head.ts";
import { HEAD_LIMIT, type RouteParts } from "../route-parts.ts";

const HEAD = `select seq, encode(hash, 'hex') as hash, at from audit_log_entries
  where org_id = $1 order by seq desc limit 1`;

/** How far the log goes, and the head signed outside the database, for an auditor to keep. */
export function readHead(parts: RouteParts, ports: HeadPorts): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/audit-log/head",
    input: {},
    limit: HEAD_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    problems: HEAD_PROBLEMS,
    handler: async ({ sql, tenant }) => {
      const { head, refused } = await lastHead(ports, tenant.id);
      const found = await sql.query<{ seq: string; hash: string; at: Date }>(HEAD, [tenant.id]);
      const last = found.rows[0];
      return {
        status: 200,
        body: {
          entries: last?.seq ?? "0",
          last_hash: last?.hash ?? null,
          last_at: last?.at.toISOString() ?? null,
          signed_head:
            head === null
              ? null
              : { jws: head.signed, sequence: head.seq.toString(), hash: head.hash, at: head.time.toISOString() },
          refused: refused === null ? null : { problem: refused.problem, sequence: refused.seq },
        },
      };
    },
  });
}
