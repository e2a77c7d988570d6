import type { SqlRule } from "../../sql/finding.ts";
import type { Rule } from "../rule.ts";
import { clientWritableClaim } from "./client-writable-claim.ts";
import { definerExposed } from "./definer-exposed.ts";
import { definerSearchPath } from "./definer-search-path.ts";
import { disabledLater } from "./disabled-later.ts";
import { missingWithCheck } from "./missing-with-check.ts";
import { notEnabled } from "./not-enabled.ts";
import { ownerBypasses } from "./owner-bypasses.ts";
import { permissivePolicy } from "./permissive-policy.ts";
import { policyComparesItself } from "./policy-compares-itself.ts";
import { policyWithoutEnable } from "./policy-without-enable.ts";
import { tenantSettingMissingOk } from "./tenant-setting-missing-ok.ts";
import { viewBypasses } from "./view-bypasses.ts";

export const SQL_RULES: readonly SqlRule[] = [
  notEnabled,
  policyWithoutEnable,
  disabledLater,
  permissivePolicy,
  missingWithCheck,
  clientWritableClaim,
  policyComparesItself,
  tenantSettingMissingOk,
  definerSearchPath,
  definerExposed,
  viewBypasses,
  ownerBypasses,
];

export const RLS_RULES: readonly Rule[] = SQL_RULES.map(({ rule }) => rule);
