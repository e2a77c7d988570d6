import { isRoleName } from "../../knowledge/names.ts";
import { clientIdentity } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import { comparisons } from "../../values/query.ts";
import { clientOf, isCredential } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";
import { saidName } from "../wording/client-word.ts";
import { describe } from "../wording/describe-value.ts";

/** Names under which the client says on whose authority it acts; `memberId` is whom it acts upon. */
const AUTHORITY =
  /^(?:approv\w*|act(?:or|ing)\w*|request(?:er|or|ed)\w*|reviewer\w*|manager\w*|performed\w*|signed\w*|authori[sz]\w*|admin\w*|operator\w*|supervisor\w*|\w*[bB]y)(?:_?id)?$/i;

/** The role of whoever the client names lets it pass: `employee.findFirst({ where: { id: body.approverId } }).role`. */
export function namedAuthority({ trace }: Judged, report: Report): void {
  for (const one of trace.operations) {
    if (one.kind !== "test" || one.denies === "neither") continue;
    for (const value of one.asked ?? [one.value]) {
      const row = roleOf(value);
      if (row === null) continue;
      const named = comparisons(row.query.where).find(({ op, value: by }) => {
        // What a key or token is found by is not named, but held.
        const said = op === "equal" && !isCredential(by) ? clientOf(by) : null;
        return said !== null && AUTHORITY.test(saidName(said));
      });
      if (named === undefined) continue;
      report.violated(
        clientIdentity,
        row.query.place,
        `${describe(named.value)} says whose role is asked for: the caller names somebody who may.`,
        one,
      );
      return;
    }
  }
}

/** `row.role !== "MANAGER"`: the row. */
function roleOf(value: Value): Extract<Value, { k: "rows" }> | null {
  if (value.k !== "derived" || !/^[=!]==?$/.test(value.op)) return null;
  const row = value.args.find((arg) => arg.k === "rows" && isRoleName(arg.path));
  const constant = value.args.some((arg) => arg.k === "literal" || arg.k === "foreign" || arg.k === "chain");
  return row?.k === "rows" && constant ? row : null;
}
