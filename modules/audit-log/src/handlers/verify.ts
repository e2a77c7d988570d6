import { routeKey, type RouteKey } from "@meterr/runtime";
import { chainReader } from "../chain/read-chain.ts";
import type { ChainProblem } from "../chain/verdict.ts";
import { verifyAuditLog } from "../chain/verify-audit-log.ts";
import { HEAD_PROBLEMS, lastHead, type HeadPorts } from "../last-head.ts";
import { VERIFY_LIMIT, type RouteParts } from "../route-parts.ts";

const MEANING: Readonly<Record<ChainProblem, string>> = {
  edited: "This entry was changed after it was written.",
  missing: "The entry of this number is gone.",
  reordered: "This entry was written under another number.",
  truncated: "The log was cut off: it ends before a head that was signed.",
  recomputed: "The log was rewritten: its hashes no longer lead to a head that was signed, or to each other.",
};

/** Computes the chain again and compares it with the head signed outside the database. */
export function verifyEntries(parts: RouteParts, ports: HeadPorts): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/audit-log/verify",
    input: {},
    limit: VERIFY_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    problems: HEAD_PROBLEMS,
    handler: async ({ sql, tenant, now }) => {
      const { head } = await lastHead(ports, tenant.id);
      const { intact, last, firstBad } = await verifyAuditLog(
        chainReader(sql, tenant.id),
        head === null ? [] : [{ seq: head.seq, hash: head.hash }],
      );
      return {
        status: 200,
        body: {
          intact,
          checked_at: now.toISOString(),
          entries_followed: last?.seq.toString() ?? "0",
          last_hash: last?.hash ?? null,
          signed_head:
            head === null ? null : { sequence: head.seq.toString(), hash: head.hash, at: head.time.toISOString() },
          first_bad:
            firstBad === null
              ? null
              : {
                  sequence: firstBad.seq.toString(),
                  problem: firstBad.problem,
                  detail: MEANING[firstBad.problem],
                  vouched_up_to: firstBad.vouchedUpTo.toString(),
                },
        },
      };
    },
  });
}
