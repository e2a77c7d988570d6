import { permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey } from "@meterr/runtime";
import { maskSecret, seal } from "@meterr/vault";
import type { OrganisationKeys } from "../ports.ts";
import { presentProviderSecret } from "../provider-secret.ts";
import { PROVIDER_CALL } from "../purpose.ts";
import { WRITE_LIMIT, type RouteParts } from "../route-parts.ts";
import { idParams, rotateInput } from "../validators/inputs.ts";
import { readProviderSecret } from "./get.ts";

/**
 * Seals the next version under the same id, name and destination. The destination is part of what is sealed and
 * cannot be changed: a new one needs the secret again, as a new provider secret (CVE-2026-41487).
 */
export function rotateProviderSecret(
  parts: RouteParts,
  deps: { readonly organisationKeys: OrganisationKeys },
): RouteKey {
  return routeKey({
    ...parts,
    method: "POST",
    path: "/api/v1/provider-secrets/:id/versions",
    authorize: permit("provider_secrets.update"),
    input: { params: idParams, body: rotateInput },
    limit: WRITE_LIMIT,
    maxBodyBytes: 8 * 1024,
    idempotency: "accepted",
    handler: async ({ sql, tenant, params, body, audit }) => {
      const publicKey = await deps.organisationKeys.currentSealingKey(tenant.id).catch((cause: unknown) => {
        throw new Problem("dependency_unavailable", {
          detail: "The key service does not answer; nothing was changed.",
          cause,
        });
      });
      const row = await readProviderSecret(sql, tenant.id, params.id);
      if (row.revoked_at !== null) throw new Problem("not_found", { detail: "There is no such provider secret." });
      const version = row.current_version + 1;
      const sealed = await seal({
        publicKey,
        secret: body.secret,
        binding: {
          org: tenant.id,
          id: row.id,
          version,
          provider: row.provider,
          destination: row.destination,
          purpose: PROVIDER_CALL,
        },
      });
      const rotated = await sql.query<{ rotated: boolean }>(
        "select rotate_provider_secret($1, $2, $3, $4, $5, $6) as rotated",
        [tenant.id, row.id, version, maskSecret(body.secret), publicKey.id, sealed],
      );
      if (rotated.rows[0]?.rotated !== true) {
        throw new Problem("conflict", {
          detail: "The provider secret was changed meanwhile. Look at it and try again.",
        });
      }
      await audit({
        action: "provider_secret.rotated",
        subject: { type: "provider_secret", id: row.id },
        details: { version },
      });
      return { status: 201, body: presentProviderSecret(await readProviderSecret(sql, tenant.id, row.id)) };
    },
  });
}
