import { type Value } from "../values/value.ts";
import type { UnseenCall } from "./call.ts";
import { namesFields } from "./named-fields.ts";

/** Records that were found and are given values whole, to be saved later: `doc.set(body)`, `user.merge(request.all())`. */
export function takenOver(call: UnseenCall): undefined {
  const { machine, method, args, receiver, place, names } = call;
  if (machine.state === null || machine.atTop || call.isNew) return undefined;
  const [first, second] = args;
  // `em.assign(entity, body)`, `_.extend(doc, body)`.
  if (second !== undefined && first !== undefined && EXTENDS.test(method) && isRecord(first)) {
    for (const given of args.slice(1)) machine.record({ kind: "assign", value: given, place });
    if (first.k === "rows") machine.record({ kind: "change", row: first, place });
    return undefined;
  }
  if (receiver === null || first === undefined) return undefined;
  if (args.length > 1 && (second?.k !== "struct" || namesFields(second))) return undefined;
  const takes = isRecord(receiver)
    ? OF_A_RECORD.test(method) || (method === "update" && receiver.k === "principal") // `req.user.update(req.body)`
    : receiver.k === "chain" && (ONLY_OF_RECORDS.test(method) || (method === "patch" && names.includes("$query")));
  // `wrap(entity).assign(body)`.
  const wraps =
    method === "assign" &&
    receiver.k === "chain" &&
    receiver.root.k === "foreign" &&
    receiver.root.name === "wrap" &&
    receiver.root.origin === "package";
  const [row] = wraps && receiver.steps[0]?.kind === "call" ? receiver.steps[0].args : [receiver];
  if ((takes || wraps) && row?.k === "rows") machine.record({ kind: "change", row, place });
  if (takes || wraps) machine.record({ kind: "assign", value: first, place });
  return undefined;
}

const EXTENDS = /^(?:extend|assign|assignIn|merge|mergeWith|defaultsDeep|deepMerge|copyInto)$/;
const OF_A_RECORD = /^(?:set|merge|fill|forceFill|assign|setAttributes|updateAttributes|overwrite|\$set|\$setJson)$/;
const ONLY_OF_RECORDS = /^(?:fill|forceFill|setAttributes|updateAttributes|\$setJson)$/;

/** What was found in a database, or the caller, whom somebody found there. */
function isRecord(value: Value): boolean {
  if (value.k === "choice") return value.alternatives.some((one) => isRecord(one.value));
  return value.k === "rows" || value.k === "principal" || (value.k === "pending" && isRecord(value.value));
}
