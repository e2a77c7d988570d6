import { isOwnerName } from "../../knowledge/names.ts";
import { clientIdentity } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Facts } from "../../values/facts.ts";
import { keyOf } from "../../values/key.ts";
import { isCredential, trustOf } from "../../values/trust.ts";
import type { Place, Value } from "../../values/value.ts";

type ClientValue = Extract<Value, { k: "client" }>;

/** Whose doing something is, as products call it. */
const DONE_BY =
  /^(?:approver|actor|signer|signatory|acting_?user|voter|(?:approved|performed|signed|reviewed|decided|rejected|confirmed|released|granted|authori[sz]ed|verified|cancelled|deleted|sent|logged|recorded|voted|closed|resolved|published|completed)_?by(?:_?user)?)_?(?:id)?$/i;

/** `approverId: body.approverId ?? user.id`: who did it is whoever the client names, and the caller only where it names nobody. */
export function actingFor({ trace }: Judged, report: Report): void {
  for (const one of trace.operations) {
    if (one.facts.has("signature") || one.facts.has("global")) continue;
    for (const [name, value] of written(one)) {
      const said = namedInstead(name, value, one.facts);
      if (said === null) continue;
      report.violated(
        clientIdentity,
        fallsBack(said, trace.operations) ?? one.place,
        `${said.path} of the client says who did it, and the verified caller is only taken where it says nobody.`,
        one,
      );
      return;
    }
  }
}

/** Whom the client may name in the place of the caller, where nothing shows that it speaks for them. */
export function namedInstead(name: string, value: Value, facts: Facts): ClientValue | null {
  if (!DONE_BY.test(name) || isOwnerName(name) || value.k !== "choice") return null;
  const all = value.alternatives.map((one) => one.value);
  const said = all.find((one): one is ClientValue => one.k === "client" && !isCredential(one));
  if (said === undefined || trustOf(said, facts) !== null) return null;
  return all.some((one) => one.k === "principal") ? said : null;
}

function* written(one: Operation): Generator<[string, Value]> {
  const given =
    one.kind === "query" && one.query.verb !== "read"
      ? [one.query.data]
      : one.kind === "call" && one.origin === "missing"
        ? one.args
        : [];
  for (const value of given) {
    const row = value?.k === "list" ? value.items[0] : value;
    if (row?.k === "struct") yield* row.props;
  }
}

function fallsBack(said: ClientValue, operations: readonly Operation[]): Place | null {
  const key = keyOf(said);
  return (
    operations.find((one) => one.kind === "fallback" && one.right.k === "principal" && keyOf(one.left) === key)
      ?.place ?? null
  );
}
