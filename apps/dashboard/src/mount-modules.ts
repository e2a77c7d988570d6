import { permit } from "@meterr/identity";
import type { TokenCounter } from "@meterr/metering";
import { createAuditLog } from "@meterr/module-audit-log";
import { createBudgets } from "@meterr/module-budgets";
import { createMembers, type Users } from "@meterr/module-members";
import { createModelPrices } from "@meterr/module-model-prices";
import { createProviderSecrets } from "@meterr/module-provider-secrets";
import { createTokenCount } from "@meterr/module-token-count";
import { createUsageTracking } from "@meterr/module-usage-tracking";
import { createVirtualKeys } from "@meterr/module-virtual-keys";
import type { Authenticator, KeyModule, RuntimeHost, Sql } from "@meterr/runtime";
import { verifyHead } from "@meterr/vault";
import { destinationPolicy } from "./destination-policy.ts";
import type { KeyServiceClient } from "./key-service/key-service-client.ts";
import type { DashboardSettings } from "./settings.ts";

export interface ModuleParts {
  readonly host: RuntimeHost;
  readonly auth: Authenticator;
  /** The dashboard's connections outside any tenant. */
  readonly lookup: Sql;
  readonly users: Users;
  readonly keyService: KeyServiceClient;
  readonly settings: DashboardSettings;
  readonly counter: TokenCounter;
  readonly newId: () => string;
  readonly randomBytes: (size: number) => Uint8Array;
}

/** Every KEY module this host mounts, each handed just what it needs. */
export function mountModules(parts: ModuleParts): KeyModule[] {
  const { host, auth, newId, randomBytes, settings } = parts;
  const sandboxAvailable = settings.sandboxOrigin !== null;
  return [
    createMembers({ host, auth, lookup: parts.lookup, users: parts.users, newId, randomBytes }),
    createProviderSecrets({
      host,
      auth,
      newId,
      organisationKeys: parts.keyService,
      destinations: destinationPolicy(sandboxAvailable, settings.allowedDestinations),
    }),
    createVirtualKeys({ host, auth, newId, randomBytes, sandboxAvailable }),
    createBudgets({ host, auth, newId }),
    createUsageTracking({ host, auth, newId }),
    createModelPrices({ host, auth, newId }),
    createTokenCount({ host, auth, counter: parts.counter }),
    createAuditLog({
      host,
      auth,
      authorize: permit("audit_log.read"),
      signHead: (orgId) => parts.keyService.signAuditHead(orgId),
      verifyHead: async (org, signed) => verifyHead({ verifier: await parts.keyService.verifier(), org, signed }),
    }),
  ];
}
