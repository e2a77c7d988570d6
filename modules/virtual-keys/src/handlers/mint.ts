import { permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey, type Sql } from "@meterr/runtime";
import { createToken } from "@meterr/vault";
import { chooseProviders } from "../choose-providers.ts";
import { requireAllowance } from "../require-allowance.ts";
import { WRITE_LIMIT, type RouteParts } from "../route-parts.ts";
import { mintInput } from "../validators/inputs.ts";
import { presentVirtualKey, readVirtualKey } from "../virtual-key.ts";

interface Deps {
  readonly newId: () => string;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly sandboxAvailable: boolean;
}

/** Mints a virtual key. The key stands in this one answer; a replay of the request answers without it. */
export function mintVirtualKey(parts: RouteParts, deps: Deps): RouteKey {
  return routeKey({
    ...parts,
    method: "POST",
    path: "/api/v1/virtual-keys",
    authorize: permit("virtual_keys.create"),
    input: { body: mintInput },
    limit: WRITE_LIMIT,
    maxBodyBytes: 32 * 1024,
    idempotency: "accepted",
    problems: {
      provider_secret_unknown: {
        status: 400,
        detail: "The provider secret named is not one this key can use: it must be in force and of the same mode.",
      },
      provider_secret_ambiguous: {
        status: 400,
        detail: "There are several provider secrets of one provider. Name one in provider_secret_ids.",
      },
      provider_secret_missing: {
        status: 400,
        detail: "A live key needs a provider secret. Seal one first, or mint a test key, which calls the sandbox.",
      },
      test_mode_unavailable: { status: 400, detail: "This installation has no sandbox, so it has no test mode." },
      allowance_missing: {
        status: 403,
        detail:
          "You have no budget of your own to mint live keys on. Ask an owner or admin to give you one, or mint a test key.",
      },
      expiry_past: { status: 400, detail: "expires_at lies in the past." },
    },
    handler: async ({ sql, tenant, body, audit, now }) => {
      if (tenant.subject === null) throw new Problem("forbidden", { detail: "Only a member can mint a virtual key." });
      if (body.mode === "test" && !deps.sandboxAvailable) throw new Problem("test_mode_unavailable");
      if (body.expires_at !== undefined && body.expires_at <= now)
        throw new Problem("expiry_past", { errors: [{ path: "body.expires_at" }] });
      const memberId = body.member_id ?? tenant.subject;
      if (memberId !== tenant.subject) await requireOther(sql, tenant.id, tenant.visibility, memberId);
      if (body.mode === "live" && tenant.visibility === "subject")
        await requireAllowance(sql, tenant.id, tenant.subject);

      const providers = await chooseProviders(sql, tenant.id, body.mode, body.provider_secret_ids ?? {});
      const id = deps.newId();
      const { token, hash, display } = createToken(body.mode, deps.randomBytes);
      await sql.query(
        `insert into virtual_keys (org_id, id, name, mode, hash, display, member_id, created_by, allowed_models,
           allowed_origins, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
        [
          tenant.id,
          id,
          body.name,
          body.mode,
          hash,
          display,
          memberId,
          tenant.subject,
          body.allowed_models ?? null,
          body.allowed_origins ?? null,
          body.expires_at ?? null,
        ],
      );
      await sql.query(
        `insert into virtual_key_providers (org_id, virtual_key_id, provider, provider_secret_id)
         select $1, $2, p.provider, p.secret from unnest($3::text[], $4::uuid[]) as p (provider, secret)`,
        [tenant.id, id, providers.map((choice) => choice.provider), providers.map((choice) => choice.providerSecretId)],
      );
      if (body.limit_usd !== undefined) {
        await sql.query(
          "insert into budgets (org_id, id, scope, scope_id, limit_nanousd) values ($1, $2, 'virtual_key', $3, $4)",
          [tenant.id, deps.newId(), id, body.limit_usd.toString()],
        );
      }
      await audit({
        action: "virtual_key.minted",
        subject: { type: "virtual_key", id },
        details: {
          name: body.name,
          mode: body.mode,
          member_id: memberId,
          limit_nanousd: body.limit_usd?.toString() ?? null,
        },
      });
      const presented = presentVirtualKey(await readVirtualKey(sql, tenant.id, id), now);
      return { status: 201, body: { ...presented, key: token }, replayBody: { ...presented, key: null } };
    },
  });
}

/** Only who sees the whole organisation may mint for somebody else, and only for a member who is there. */
async function requireOther(
  sql: Sql,
  orgId: string,
  visibility: "tenant" | "subject",
  memberId: string,
): Promise<void> {
  if (visibility !== "tenant")
    throw new Problem("forbidden", { detail: "You can mint virtual keys for yourself only." });
  const found = await sql.query("select id from members where org_id = $1 and id = $2 and removed_at is null", [
    orgId,
    memberId,
  ]);
  if (found.rows.length === 0) {
    throw new Problem("invalid_input", { detail: "There is no such member.", errors: [{ path: "body.member_id" }] });
  }
}
