import type { EntryPoint } from "../../entry-points/entry-point.ts";
import type { Judged } from "../../rules/rule.ts";
import { calledName } from "../../syntax/called-name.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Condition, Query } from "../../values/query.ts";
import { clientsOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";
import { countsVisits } from "../openness/counted.ts";

/** Stored for somebody, and reached by an address that says where: to be sent there is to have it. */
const KEPT = /file|doc|export|attach|upload|invoice|report|media|asset|record|download|backup|receipt/i;

/**
 * A link that leads whoever follows it to where it points: `GET /:code` finds a row by what stands in its address, and
 * answers with nothing but a redirect to what the row holds. That somebody came is counted on the way.
 */
export function isOfLink(one: Operation, { entry, trace }: Judged): boolean {
  if (one.kind !== "query" || !mayLead(entry)) return false;
  const { query } = one;
  if (countsVisits(query)) return true;
  for (const other of trace.operations) {
    if (other.kind !== "fetch" || !/^(?:permanentR|r)edirect$/.test(calledName(other.place.node))) continue;
    for (const link of rowsAt(other.url)) {
      if (KEPT.test(link.table) || !isFoundByAddress(link.where)) continue;
      if (link === query) return true;
      if (query.verb === "create" && hangsOn(query.data, link)) return true;
    }
  }
  return false;
}

function mayLead({ kind, method, path }: EntryPoint): boolean {
  return kind === "route" && method === "GET" && path !== null;
}

/** `link.target`, `link?.url ?? "/"`: the row whose column it is. */
function* rowsAt(value: Value): Generator<Query> {
  if (value.k === "rows" && value.path !== "") yield value.query;
  if (value.k === "choice") for (const one of value.alternatives) yield* rowsAt(one.value);
}

/** Also by its code or by a name of its own, whichever it is. */
function isFoundByAddress(where: Condition | null): boolean {
  if (where === null || where.kind === "unknown") return false;
  if (where.kind === "compare") return isOfAddress(where.value);
  return where.kind === "any" ? where.of.every(isFoundByAddress) : where.of.some(isFoundByAddress);
}

function isOfAddress(value: Value): boolean {
  return clientsOf(value).some(({ part }) => part === "params");
}

function hangsOn(data: Value | null, link: Query): boolean {
  return data?.k === "struct" && [...data.props.values()].some((value) => value.k === "rows" && value.query === link);
}
