import { clientPrice, clientRole } from "../../rules/catalogue.ts";
import type { Node } from "oxc-parser";
import type { Check, Judged } from "../../rules/rule.ts";
import { actingFor } from "./acting-for.ts";
import { claimIn, saidName } from "../wording/client-word.ts";
import { decodedClaims } from "./decoded-claims.ts";
import { namedAuthority } from "./named-authority.ts";
import { namedWithoutSession } from "./named-without-session.ts";
import { saidIdentity } from "./said-identity.ts";
import { tokenForNamed } from "./token-for-named.ts";
import { unaskedGrant } from "./unasked-grant.ts";
import { widened } from "./widened.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import { clientsOf, trustOf } from "../../values/trust.ts";
import { walk } from "../../syntax/walk.ts";
import type { Place, Value } from "../../values/value.ts";

const ROLE =
  /^(?:.*[-_.])?(?:roles?|is_?admin|admin|is_?owner|is_?staff|is_?manager|is_?moderator|is_?editor|is_?internal|is_?employee|is_?operator|is_?root|is_?super_?user|x-user-role|x-role|x-admin|x-is-admin)$/i;

/** Does a client decide what it may do, by saying so? */
export const claims: Check = {
  requirement: "claims",
  run(judged, report) {
    const { entry, trace } = judged;
    saidIdentity(judged, report);
    actingFor(judged, report);
    widened(judged, report);
    namedAuthority(judged, report);
    namedWithoutSession(judged, report);
    decodedClaims(judged, report);
    unaskedGrant(judged, report);
    tokenForNamed(judged, report);
    for (const one of trace.operations) {
      // What a provider signed is the provider's word.
      if (one.kind === "test" && one.denies !== "neither" && !one.facts.has("signature")) {
        if (writable(one.value))
          report.violated(
            clientRole,
            one.place,
            "user_metadata is the user's own to write: what it says of a role is the client's word.",
            one,
          );
        const said = claimIn(one.value);
        const refusal = one.consequent === null ? "" : textAt(judged, one.place.file, one.consequent);
        if (
          said !== null &&
          ROLE.test(saidName(said)) &&
          !isPresence(one.value, said) &&
          said.part !== "cookie" &&
          !said.path.includes("[]") &&
          !one.facts.has("role") &&
          entry.kind !== "function" &&
          !(SAYS_INVALID.test(refusal) && !SAYS_NO.test(refusal))
        ) {
          report.violated(
            clientRole,
            one.place,
            `${said.path} comes from the client, and decides what it may do.`,
            one,
          );
        }
      }
      if (
        one.kind === "query" &&
        (one.query.verb === "create" || one.query.verb === "update" || one.query.verb === "upsert")
      )
        granted(one, report);
      if (
        one.kind === "call" &&
        (!(
          BUYS_MONEY.test(`${entry.path ?? ""} ${entry.file} ${entry.name}`) ||
          one.args.some((arg) => isCalledMoney(arg))
        ) ||
          one.args.some(namesWare))
      )
        priced(one, report);
    }
  },
};

/** `throw new BadRequest("Unknown role")`: whether there is such a role was asked, and not whether they have it. */
const SAYS_INVALID =
  /\b4(?:00|22)\b|bad_?request|unprocessable|(?:invalid|unknown|unsupported|illegal|no_?such|validation)[\w\s:'"]{0,20}(?:role|error)|role[\w\s:'"]{0,20}(?:invalid|unknown|not exist|must)/i;
const SAYS_NO = /\b40[13]\b|forbid|forbidden|unauthori[sz]ed|denied|not allowed|permission/i;

function textAt({ project }: Judged, file: string, node: Node): string {
  return project.file(file)?.text.slice(node.start, node.end) ?? "";
}

/** `user.user_metadata.role`, `user.unsafeMetadata.admin`. */
function writable(value: Value, depth = 0): boolean {
  if (depth > 5) return false;
  if (value.k === "principal")
    return /(?:^|\.)(?:user_metadata|raw_user_meta_data|unsafeMetadata)\.\w*(?:role|admin|staff|plan|org|team|tenant)/i.test(
      value.path,
    );
  if (value.k === "derived") return value.args.some((arg) => writable(arg, depth + 1));
  return value.k === "choice" && value.alternatives.some((one) => writable(one.value, depth + 1));
}

/** `if (!role) return null`: whether one was named, not which. */
function isPresence(value: Value, said: Value): boolean {
  if (value === said) return said.k === "client" && /roles?$/i.test(said.path);
  if (value.k === "choice")
    return value.alternatives.every((one) => one.value.k === "literal" || isPresence(one.value, said));
  return value.k === "derived" && value.op === "!" && value.args[0] !== undefined && isPresence(value.args[0], said);
}

/** A role, plan or balance that is stored as the client says. */
function granted(one: Extract<Operation, { kind: "query" }>, report: Parameters<Check["run"]>[1]): void {
  if (one.facts.has("role") || one.facts.has("signature")) return;
  const { table } = one.query;
  for (const [name, value] of columnsOf(one.query.data)) {
    if (
      !/^(?:role|roles|is_?admin|isAdmin|admin|is_?owner|is_?super_?user|permissions|access_?level|plan|tier|credits|balance|is_?verified|emailVerified|email_verified)$/i.test(
        name,
      )
    )
      continue;
    if (!/user|account|member|profile|customer|org|team|workspace|tenant|collaborat|participant|seat/i.test(table))
      continue;
    // The creator of an invitation or a member says which role others get: that is for those who may.
    if (/invit/i.test(table) || !isSaid(value) || trustOf(value, one.facts) !== null) continue;
    if (JOINING.test(table.replace(/([a-z])([A-Z])/g, "$1_$2")) && one.facts.has("auth") && !isOwnRow(one)) continue;
    report.violated(clientRole, one.place, `${name} is stored as the client says.`, one);
    return;
  }
}
const JOINING = /member|collaborat|participant|seat|_users?$|users?_?(?:on|in|to)_/i;

/** What is written, by column; of several rows the first. */
function columnsOf(data: Value | null): ReadonlyMap<string, Value> {
  if (data?.k === "list") return columnsOf(data.items[0] ?? null);
  return data?.k === "struct" ? data.props : new Map();
}

/** The row by which the caller is or becomes a member: nobody says for themselves what they may. */
function isOwnRow({ query }: Extract<Operation, { kind: "query" }>): boolean {
  if (query.verb === "update")
    return comparisons(query.where).some(
      ({ field, op, value }) => op === "equal" && /^(?:\w*user_?id\w*\.)?user_?id$/i.test(field) && isCallersId(value),
    );
  return [...columnsOf(query.data)].some(
    ([name, value]) =>
      /^(?:user|member|person|profile|account|participant|collaborator)_?(?:id)?$/i.test(name) &&
      isCallersId(connected(value)),
  );
}

/** `{ connect: { id } }`: the row that is tied to it. */
function connected(value: Value): Value {
  const connect = value.k === "struct" ? value.props.get("connect") : undefined;
  return (connect?.k === "struct" ? connect.props.get("id") : undefined) ?? value;
}

function isCallersId(value: Value): boolean {
  return value.k === "principal" && /(?:^|\.)(?:id|userId|user_id|uid|sub|_id)$/.test(value.path);
}

function isSaid(value: Value): boolean {
  if (value.k === "client") return true;
  return value.k === "choice" && value.alternatives.some((one) => isSaid(one.value));
}

/** What is bought is an amount of money or credit: however much that is, its price is the same. */
const BUYS_MONEY = /credit|top[-_]?up|donat|deposit|wallet|gift|contribut|\btips?\b|pledge|fund/i;

/** `product_data: { name: "Donation" }`: the payer is told what it is. */
function isCalledMoney(value: Value, depth = 0): boolean {
  if (depth > 6) return false;
  if (value.k === "list") return value.items.some((item) => isCalledMoney(item, depth + 1));
  if (value.k !== "struct") return false;
  for (const [name, inner] of value.props) {
    if (inner.k !== "literal") {
      if (isCalledMoney(inner, depth + 1)) return true;
    } else if (SHOWN.test(name) && typeof inner.value === "string" && BUYS_MONEY.test(inner.value)) return true;
  }
  return false;
}
const SHOWN = /^(?:name|description|title|label|statement_descriptor)$/;

/** Beside the amount the client names what it is for: the two need not fit. */
function namesWare(value: Value): boolean {
  return clientsOf(value).some((said) =>
    /(?:package|product|plan|price|sku|credits|quantity|seats)(?:_?id)?$/i.test(said.path),
  );
}

/** An amount the client names, in what is paid. */
function priced(one: Extract<Operation, { kind: "call" }>, report: Parameters<Check["run"]>[1]): void {
  if (
    !/stripe|paypal|braintree|mollie|razorpay|checkout|paymentIntent|payments?\.\w*(?:create|charge|intent|authori[sz]e)|create(?:Payment|Charge)?Intent$|(?:create|make)(?:Payment|Charge)$/i.test(
      one.path,
    )
  )
    return;
  for (const arg of one.args) {
    const found = amountIn(arg);
    if (found !== null) {
      report.violated(
        clientPrice,
        takenAt(one, found.said) ?? writtenAt(one, found.column),
        `${found.said} is what the client says it costs.`,
        one,
      );
      return;
    }
  }
}

/** `price: item.price` in the same function: where the client's own was taken for it. */
function takenAt({ place, within }: Operation, said: string): Place | null {
  const around = within.at(-1);
  const last = said.slice(said.lastIndexOf(".") + 1);
  if (around === undefined || around.file !== place.file || !said.includes("[]")) return null;
  const [only, ...more] = [...walk(around.node)].filter(
    (node) =>
      node.type === "Property" &&
      node.value.type === "MemberExpression" &&
      node.value.property.type === "Identifier" &&
      node.value.property.name === last,
  );
  return only === undefined || more.length > 0 ? null : { file: place.file, node: only };
}

/** Where the amount is written down: in the call, or before it in what the call is given. */
function writtenAt(one: Operation, column: string): Place {
  const around = one.within.at(-1);
  if (around === undefined || around.file !== one.place.file) return one.place;
  const { start, end } = one.place.node;
  const named = [...walk(around.node)].filter(
    (node) => node.type === "Property" && node.key.type === "Identifier" && node.key.name === column,
  );
  const [only] = named;
  if (only === undefined || named.length > 1 || (only.start >= start && only.end <= end)) return one.place;
  return { file: one.place.file, node: only };
}

/** What the client said, through arithmetic; what was looked up by it is the server's own. */
function saidIn(value: Value, depth = 0): Extract<Value, { k: "client" }> | null {
  if (depth > 6) return null;
  const parts =
    value.k === "derived"
      ? value.args
      : value.k === "choice"
        ? value.alternatives.map((one) => one.value)
        : value.k === "pending"
          ? [value.value]
          : [];
  if (value.k === "client") return value;
  // So many of what the server says one costs.
  if (value.k === "derived" && value.op === "*" && value.args.some((arg) => isServers(arg))) return null;
  for (const part of parts) {
    const said = saidIn(part, depth + 1);
    // How many of them is no price, where another part may be one.
    if (said !== null && !(value.k === "derived" && value.op === "*" && HOW_MANY.test(said.path))) return said;
  }
  return null;
}

const HOW_MANY = /(?:^|\.)(?:quantity|qty|count|seats|number|amount_of|nights|hours|days|units|tickets|guests)$/i;

/** Looked up, or counted among the settings: not the client's word. */
function isServers(value: Value): boolean {
  if (value.k === "choice") return value.alternatives.every((one) => isServers(one.value));
  if (value.k === "derived" && /^(?:number|string|\/|\*|-)$/.test(value.op) && value.args[0] !== undefined)
    return isServers(value.args[0]);
  return (
    value.k === "rows" ||
    value.k === "env" ||
    value.k === "foreign" ||
    (value.k === "chain" && clientsOf(value).length === 0)
  );
}

function amountIn(value: Value, depth = 0): { readonly column: string; readonly said: string } | null {
  if (depth > 6) return null;
  if (value.k === "struct") {
    for (const [name, inner] of value.props) {
      if (/^(?:amount|unit_amount|price_amount|total|value)$/.test(name)) {
        const said = saidIn(inner);
        if (said !== null) return { column: name, said: said.path === "" ? name : said.path };
      }
      const found = amountIn(inner, depth + 1);
      if (found !== null) return found;
    }
  }
  if (value.k === "list")
    return value.items.map((item) => amountIn(item, depth + 1)).find((found) => found !== null) ?? null;
  if (value.k === "choice")
    return value.alternatives.map((item) => amountIn(item.value, depth + 1)).find((found) => found !== null) ?? null;
  return null;
}
