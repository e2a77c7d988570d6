import { clientTenant } from "../../rules/catalogue.ts";
import { isTenantName } from "../../knowledge/names.ts";
import type { Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import { clientsOf, trustOf } from "../../values/trust.ts";
import { isProviderName } from "../entry/provider-callback.ts";
import { describe } from "../wording/describe-value.ts";

/**
 * A verified webhook whose tenant is named where the signature does not reach: in the address or a header. Where the
 * secret itself was looked up by that name, the signature vouches for it.
 */
export function unsignedTenant(operations: readonly Operation[], report: Report): void {
  for (const one of operations) {
    if (one.kind !== "query" || !one.facts.has("signature") || one.facts.has("auth")) continue;
    if (!/^(?:create|update|upsert|delete)$/.test(one.query.verb)) continue;
    const named = comparisons(one.query.where)
      .filter(({ field }) => isTenantName(field))
      .map(({ value }) => value);
    if (one.query.data?.k === "struct")
      for (const [name, value] of one.query.data.props) if (isTenantName(name)) named.push(value);
    for (const value of named) {
      const [said] = clientsOf(value);
      if (said === undefined || said.part === "body" || trustOf(value, one.facts) !== null) continue;
      if (said.part === "header" && isOfSigner(said.path, operations)) continue;
      if (operations.some((other) => other !== one && !other.facts.has("signature") && uses(other, said.path)))
        continue;
      report.violated(
        clientTenant,
        one.place,
        `${describe(value)} is no part of what was signed, and says whose rows are changed.`,
        one,
      );
      return;
    }
  }
}

/**
 * `x-shopify-shop-domain` beside `x-shopify-hmac-sha256`: the one provider, whose secret it is, sends both, and says
 * nowhere else for whom. Of a sender that is nobody's but the house's own, each header is for itself.
 */
function isOfSigner(header: string, operations: readonly Operation[]): boolean {
  const [prefix, provider] = /^x-([a-z]+)-/i.exec(header) ?? [];
  if (prefix === undefined || provider === undefined || !isProviderName(provider)) return false;
  return operations.some(
    (one) =>
      one.kind === "compare" &&
      [one.left, one.right].some((value) =>
        clientsOf(value).some(
          ({ part, path }) =>
            part === "header" &&
            path.toLowerCase().startsWith(prefix.toLowerCase()) &&
            /hmac|signature|digest|hash/i.test(path),
        ),
      ),
  );
}

function uses(one: Operation, path: string): boolean {
  const values =
    one.kind === "call" ? one.args : one.kind === "query" ? comparisons(one.query.where).map(({ value }) => value) : [];
  return values.some((value) => clientsOf(value).some((said) => said.path === path));
}
