import type { Query } from "../values/query.ts";
import type { Value } from "../values/value.ts";

/** Nothing is written but how many are left. */
export function onlyCounts(data: Value | null): boolean {
  if (data?.k !== "struct" || data.props.size === 0 || data.spreads.length > 0) return false;
  if (steppedBy(data) !== null) return true;
  return [...data.props].every(
    ([name, value]) =>
      /^(?:updated|modified|last_?(?:clicked|visited|viewed|opened|seen))_?at$/i.test(name) ||
      (value.k === "struct" && [...value.props.keys()].every((op) => /^(?:in|de)crement$/.test(op))) ||
      (isReckoned(value) &&
        /left|remain|stock|sold|count|quantity|available|availability|capacity|seats|spots|inventory|reserved|booked|views|likes|clicks|visits|hits|plays|downloads|scans/i.test(
          name,
        )),
  );
}

/** How many have looked at it or liked it: who adds to that is not whose it is. */
export function countsPeople(data: Value | null): boolean {
  if (data?.k !== "struct") return false;
  const stepped = steppedBy(data);
  if (stepped !== null) return countsPeople(stepped);
  return (
    data.props.size > 0 &&
    [...data.props.keys()].every((name) =>
      /^(?:(?:\w*_)?(?:likes?|views?|votes?|up_?votes?|plays?|downloads?|clicks?|shares?|hits?|impressions?|reads?|visits?|opens?|scans?|followers?)(?:_?count)?|(?:updated|modified)_?at)$/i.test(
        name,
      ),
    )
  );
}

/** That somebody came by, who is nobody's to ask for: `clicks: { increment: 1 }`. */
export function countsVisits({ verb, data }: Query): boolean {
  const counted = data?.k === "struct" ? (steppedBy(data) ?? data) : null;
  return (
    verb === "update" &&
    onlyCounts(data) &&
    counted?.k === "struct" &&
    [...counted.props.keys()].every((name) =>
      /^(?:(?:\w*_)?(?:views?|plays?|downloads?|clicks?|hits?|impressions?|reads?|visits?|opens?|scans?)(?:_?(?:count|total))?|(?:updated|last_?(?:clicked|visited|viewed|opened|seen))_?at)$/i.test(
        name.replace(/([a-z])([A-Z])/g, "$1_$2"),
      ),
    )
  );
}

/** `{ $inc: { views: 1 } }` of MongoDB: what is counted. */
function steppedBy({ props }: Extract<Value, { k: "struct" }>): Value | null {
  const stepped = props.get("$inc");
  return props.size === 1 && stepped?.k === "struct" ? stepped : null;
}

/** `sql`${ticketTypes.available} - ${n}``, `knex.raw("stock - ?", [n])`: what stands there already, and one more or less. */
function isReckoned(value: Value): boolean {
  if (value.k === "derived") return value.op === "tagged" || value.op === "-" || value.op === "+";
  if (value.k !== "chain") return false;
  const call = value.steps.findLast((step) => step.kind === "call");
  if (call?.kind !== "call") return false;
  return call.args.some(
    (arg) =>
      (arg.k === "derived" && arg.op === "tagged") ||
      (arg.k === "literal" && /\w\W*\s[-+]\s\S/.test(String(arg.value))),
  );
}
