import { permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey } from "@meterr/runtime";
import { maskSecret, seal } from "@meterr/vault";
import type { DestinationPolicy, OrganisationKeys } from "../ports.ts";
import { presentProviderSecret } from "../provider-secret.ts";
import { PROVIDER_CALL } from "../purpose.ts";
import { WRITE_LIMIT, type RouteParts } from "../route-parts.ts";
import { addInput } from "../validators/inputs.ts";
import { readProviderSecret } from "./get.ts";
import { nameTaken } from "../name-taken.ts";

interface Deps {
  readonly organisationKeys: OrganisationKeys;
  readonly destinations: DestinationPolicy;
  readonly newId: () => string;
}

/** Seals a new provider secret. Sealing happens before the transaction opens; the clear value dies with the request. */
export function addProviderSecret(parts: RouteParts, deps: Deps): RouteKey {
  return routeKey({
    ...parts,
    method: "POST",
    path: "/api/v1/provider-secrets",
    authorize: permit("provider_secrets.create"),
    input: { body: addInput },
    limit: WRITE_LIMIT,
    maxBodyBytes: 8 * 1024,
    idempotency: "accepted",
    problems: {
      destination_refused: {
        status: 400,
        detail: "The operator allows providers' own addresses and those in METERR_ALLOWED_DESTINATIONS only.",
      },
      name_taken: { status: 409, detail: "Another provider secret has this name. Choose a different one." },
    },
    handler: async ({ sql, tenant, body, audit }) => {
      const { provider, name, secret, sandbox } = body;
      const destination = deps.destinations.destinationFor(provider, body.base_url ?? null, sandbox);
      if (destination === null) {
        throw new Problem("destination_refused");
      }
      if (tenant.subject === null) throw new Problem("forbidden", { detail: "Only a member can seal a secret." });
      const id = deps.newId();
      const publicKey = await deps.organisationKeys.currentSealingKey(tenant.id).catch((cause: unknown) => {
        throw new Problem("dependency_unavailable", {
          detail: "The key service does not answer, so nothing was sealed or kept. Try again shortly.",
          cause,
        });
      });
      const sealed = await seal({
        publicKey,
        secret,
        binding: { org: tenant.id, id, version: 1, provider, destination, purpose: PROVIDER_CALL },
      });
      await sql
        .query("select add_provider_secret($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", [
          tenant.id,
          id,
          provider,
          name,
          destination,
          sandbox,
          maskSecret(secret),
          tenant.subject,
          publicKey.id,
          sealed,
        ])
        .catch(nameTaken);
      await audit({
        action: "provider_secret.sealed",
        subject: { type: "provider_secret", id },
        details: { provider, name, destination, simulated: sandbox },
      });
      return { status: 201, body: presentProviderSecret(await readProviderSecret(sql, tenant.id, id)) };
    },
  });
}
