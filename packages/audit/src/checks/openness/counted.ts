import type { Query } from "../../values/query.ts";
import { clientOf } from "../../values/trust.ts";
import { struct, type Value } from "../../values/value.ts";

/** Nothing is written but how many are left. */
export function onlyCounts(data: Value | null): boolean {
  if (data?.k !== "struct" || data.props.size === 0 || data.spreads.length > 0) return false;
  return changesIn(data).every(
    ([name, value]) =>
      /^(?:updated|modified|last_?(?:clicked|visited|viewed|opened|seen))_?at$/i.test(name) ||
      (value.k === "struct" && [...value.props.keys()].every((op) => /^(?:in|de)crement$/.test(op))) ||
      (isReckoned(value) &&
        /left|remain|stock|sold|count|quantity|available|availability|capacity|seats|spots|inventory|reserved|booked|views|likes|clicks|visits|hits|plays|downloads|scans/i.test(
          name,
        )),
  );
}

/** That somebody was there just now, and nothing that they say: `data: { touchedAt: new Date() }`. */
export function onlyTouches(data: Value | null): boolean {
  return (
    data?.k === "struct" &&
    data.props.size > 0 &&
    data.spreads.length === 0 &&
    changesIn(data).every(
      ([name, value]) =>
        /(?:^|_)(?:touched|seen|viewed|visited|opened|accessed|active|clicked|pinged)_?at$|^last_?(?:\w+_)?(?:touch(?:ed)?|seen|view(?:ed)?|visit(?:ed)?|open(?:ed)?|access(?:ed)?|activity|active|click(?:ed)?|ping(?:ed)?)(?:_?at)?$/i.test(
          name.replace(/([a-z])([A-Z])/g, "$1_$2"),
        ) && clientOf(value) === null,
    )
  );
}

/** How many have looked at it or liked it: who adds to that is not whose it is. */
export function countsPeople(data: Value | null): boolean {
  return (
    data?.k === "struct" &&
    data.props.size > 0 &&
    changesIn(data).every(([name]) =>
      /^(?:(?:\w*_)?(?:likes?|views?|votes?|up_?votes?|plays?|downloads?|clicks?|shares?|hits?|impressions?|reads?|visits?|opens?|scans?|followers?)(?:_?count)?|(?:updated|modified)_?at)$/i.test(
        name,
      ),
    )
  );
}

/** Column and change; Mongoose's `{ $inc: { views: 1 }, $set: { seenAt } }` as Prisma would write it. */
function changesIn({ props }: Extract<Value, { k: "struct" }>): readonly (readonly [string, Value])[] {
  return [...props].flatMap(([name, value]) => {
    // `{ $set: { ...changes } }`: what is changed is not seen.
    if (!/^\$(?:inc|set|currentDate)$/.test(name) || value.k !== "struct" || value.spreads.length > 0)
      return [[name, value] as const];
    return [...value.props].map(([column, by]) => [column, name === "$inc" ? struct({ increment: by }) : by] as const);
  });
}

/** That somebody came by, who is nobody's to ask for: `clicks: { increment: 1 }`. */
export function countsVisits({ verb, data }: Query): boolean {
  return (
    verb === "update" &&
    onlyCounts(data) &&
    data?.k === "struct" &&
    changesIn(data).every(([name]) =>
      /^(?:(?:\w*_)?(?:views?|plays?|downloads?|clicks?|hits?|impressions?|reads?|visits?|opens?|scans?)(?:_?(?:count|total))?|(?:updated|last_?(?:clicked|visited|viewed|opened|seen))_?at)$/i.test(
        name.replace(/([a-z])([A-Z])/g, "$1_$2"),
      ),
    )
  );
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
