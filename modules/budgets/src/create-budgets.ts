import {
  keyModule,
  memberTenant,
  parseManifest,
  type Authenticator,
  type KeyModule,
  type RuntimeHost,
} from "@meterr/runtime";
import manifestJson from "../key.json" with { type: "json" };
import { listBudgets } from "./handlers/list-budgets.ts";
import { removeMemberBudget, removeOrganisationBudget } from "./handlers/remove-budget.ts";
import { setMemberBudget, setOrganisationBudget } from "./handlers/set-budget.ts";

export interface BudgetsOptions {
  readonly host: RuntimeHost;
  readonly auth: Authenticator;
  /** A new random UUID. */
  readonly newId: () => string;
}

/** The module's routes, ready to mount. Throws RuntimeError when key.json and the routes disagree. */
export function createBudgets(options: BudgetsOptions): KeyModule {
  const manifest = parseManifest(manifestJson);
  const parts = { host: options.host, manifest, auth: options.auth, tenant: memberTenant() };
  return keyModule({
    manifest,
    routes: [
      listBudgets(parts),
      setOrganisationBudget(parts, options),
      removeOrganisationBudget(parts),
      setMemberBudget(parts, options),
      removeMemberBudget(parts),
    ],
  });
}
