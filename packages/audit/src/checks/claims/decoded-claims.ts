import { clientIdentity } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import { clientsOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";
import { isBelieved } from "../auth/tokens.ts";

/** `const { sub } = jwt.decode(token)`: whose rows they are is said by a token that nobody saw to be good. */
export function decodedClaims({ trace }: Judged, report: Report): void {
  for (const [at, one] of trace.operations.entries()) {
    if (one.kind !== "jwt-decode" || !isBelieved(one, trace.operations)) continue;
    const said = trace.operations
      .slice(at)
      .flatMap(given)
      .flatMap((value) => clientsOf(value))
      .find(({ path }) => CLAIM.test(path));
    if (said === undefined) continue;
    report.violated(
      clientIdentity,
      one.place,
      `${said.path.slice(said.path.lastIndexOf("claims.") + "claims.".length)} is taken for who is calling, out of a token that anybody may write.`,
      one,
    );
    return;
  }
}
const CLAIM = /(?:^|\.)claims\.\S/;

/** What decides which rows, or what other code is told. */
function given(one: Operation): readonly Value[] {
  if (one.kind === "query")
    return [
      ...comparisons(one.query.where).map(({ value }) => value),
      ...(one.query.data === null ? [] : [one.query.data]),
    ];
  return one.kind === "call" && one.origin !== "global" ? one.args : [];
}
