import { contradictoryRefusal } from "./auth/contradictory-refusal.ts";
import { ignoredCheck } from "./auth/ignored-check.ts";
import { lateCheck } from "./auth/late-check.ts";
import { missingAuthentication } from "./auth/missing-authentication.ts";
import { missingPermission } from "./auth/missing-permission.ts";
import { missingRole } from "./auth/missing-role.ts";
import { unawaitedCheck } from "./auth/unawaited-check.ts";
import { unlimitedToken } from "./auth/unlimited-token.ts";
import { skippedPassword } from "./auth/skipped-password.ts";
import { untestedCaller } from "./auth/untested-caller.ts";
import { unusedGuard } from "./auth/unused-guard.ts";
import { unverifiedSession } from "./auth/unverified-session.ts";
import { unverifiedToken } from "./auth/unverified-token.ts";
import { clientIdentity } from "./claims/client-identity.ts";
import { clientPrice } from "./claims/client-price.ts";
import { clientRole } from "./claims/client-role.ts";
import { unverifiedEmail } from "./claims/unverified-email.ts";
import { commandInjection } from "./command/injection.ts";
import { clientEntitlement } from "./entitlement/client-claim.ts";
import { missingPlanCheck } from "./entitlement/missing-check.ts";
import { inactiveEntitlement } from "./entitlement/status-not-checked.ts";
import { unawaitedEntitlement } from "./entitlement/unawaited-check.ts";
import { leakedError } from "./errors/leaked-details.ts";
import { bypass } from "./fail-closed/bypass.ts";
import { catchAllows } from "./fail-closed/catch-allows.ts";
import { defaultAllows } from "./fail-closed/default-allows.ts";
import { optionalSecret } from "./fail-closed/optional-check.ts";
import { swallowedCheck } from "./fail-closed/swallowed-check.ts";
import { undefinedCondition } from "./fail-closed/undefined-condition.ts";
import { unsetSecret } from "./fail-closed/unset-secret.ts";
import { ignoredValidation } from "./input/ignored-validation.ts";
import { massAssignment } from "./input/mass-assignment.ts";
import { operatorInjection } from "./input/operator-injection.ts";
import { pathTraversal } from "./input/path-traversal.ts";
import { serverSideRequest } from "./input/server-side-request.ts";
import { unvalidated } from "./input/unvalidated-body.ts";
import { unusedSchema } from "./input/unused-schema.ts";
import { notIdempotent } from "./jobs/not-idempotent.ts";
import { stopsAll } from "./jobs/one-failure-stops-all.ts";
import { jobUnscoped } from "./jobs/unscoped-work.ts";
import { clientSecret } from "./secrets/client-secret.ts";
import { hardcodedSecret } from "./secrets/hardcoded-secret.ts";
import { logSecret } from "./secrets/log-secret.ts";
import { returnSecret } from "./secrets/return-secret.ts";
import { urlSecret } from "./secrets/url-secret.ts";
import { sqlInjection } from "./sql/injection.ts";
import { clientTenant } from "./tenant/client-selected.ts";
import { foreignReference } from "./tenant/foreign-reference.ts";
import { unboundChild } from "./tenant/unbound-child.ts";
import { unscopedList } from "./tenant/unscoped-list.ts";
import { unscopedQuery } from "./tenant/unscoped-query.ts";
import { unusedTenant } from "./tenant/unused-tenant.ts";
import { emptySecret } from "./webhook/empty-secret.ts";
import { missingSignature } from "./webhook/missing-signature.ts";
import { optionalSignature } from "./webhook/optional-signature.ts";
import { reserialised } from "./webhook/reserialised-body.ts";
import { secretFromRequest } from "./webhook/secret-from-request.ts";
import { timingUnsafe } from "./webhook/timing-unsafe-comparison.ts";
import { unlimitedAge } from "./webhook/unlimited-age.ts";
import { htmlInjection } from "./xss/unescaped-html.ts";
import { RLS_RULES } from "./rls/rls-rules.ts";
import type { Rule } from "./rule.ts";

export {
  bypass,
  catchAllows,
  clientEntitlement,
  clientIdentity,
  clientPrice,
  clientRole,
  clientSecret,
  clientTenant,
  commandInjection,
  contradictoryRefusal,
  defaultAllows,
  emptySecret,
  secretFromRequest,
  unlimitedAge,
  foreignReference,
  hardcodedSecret,
  htmlInjection,
  ignoredCheck,
  ignoredValidation,
  missingPlanCheck,
  inactiveEntitlement,
  jobUnscoped,
  lateCheck,
  leakedError,
  logSecret,
  massAssignment,
  missingAuthentication,
  missingPermission,
  missingRole,
  missingSignature,
  notIdempotent,
  operatorInjection,
  optionalSecret,
  optionalSignature,
  pathTraversal,
  reserialised,
  returnSecret,
  serverSideRequest,
  sqlInjection,
  stopsAll,
  swallowedCheck,
  timingUnsafe,
  unawaitedCheck,
  unawaitedEntitlement,
  unboundChild,
  undefinedCondition,
  unscopedList,
  unscopedQuery,
  unsetSecret,
  unlimitedToken,
  skippedPassword,
  untestedCaller,
  unusedGuard,
  unusedSchema,
  unusedTenant,
  unvalidated,
  unverifiedEmail,
  unverifiedSession,
  unverifiedToken,
  urlSecret,
};

/** Every rule there is, by id. */
export const RULES: readonly Rule[] = [
  contradictoryRefusal,
  ignoredCheck,
  lateCheck,
  missingAuthentication,
  missingPermission,
  missingRole,
  unawaitedCheck,
  unlimitedToken,
  skippedPassword,
  untestedCaller,
  unusedGuard,
  unverifiedSession,
  unverifiedToken,
  clientIdentity,
  clientPrice,
  clientRole,
  unverifiedEmail,
  commandInjection,
  clientEntitlement,
  missingPlanCheck,
  inactiveEntitlement,
  unawaitedEntitlement,
  leakedError,
  bypass,
  catchAllows,
  defaultAllows,
  optionalSecret,
  swallowedCheck,
  undefinedCondition,
  unsetSecret,
  ignoredValidation,
  massAssignment,
  operatorInjection,
  pathTraversal,
  serverSideRequest,
  unvalidated,
  unusedSchema,
  notIdempotent,
  stopsAll,
  jobUnscoped,
  clientSecret,
  hardcodedSecret,
  logSecret,
  returnSecret,
  urlSecret,
  sqlInjection,
  clientTenant,
  foreignReference,
  unboundChild,
  unscopedList,
  unscopedQuery,
  unusedTenant,
  emptySecret,
  secretFromRequest,
  unlimitedAge,
  missingSignature,
  optionalSignature,
  reserialised,
  timingUnsafe,
  htmlInjection,
  ...RLS_RULES,
].toSorted((one, other) => (one.id < other.id ? -1 : 1));
