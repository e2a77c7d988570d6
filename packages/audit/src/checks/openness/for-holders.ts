import { isOwnerName, isRoleName, isTenantName, snake } from "../../knowledge/names.ts";
import type { Operation } from "../../trace/operation.ts";
import { holds } from "../../values/holds.ts";
import { NUMBER, OF_PERSON, ORDERED } from "../../values/guest-columns.ts";
import { keyOf } from "../../values/key.ts";
import { comparisons, type Query } from "../../values/query.ts";
import { clientOf, clientsOf, isCapability, isCredential } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

type Struct = Extract<Value, { k: "struct" }>;
type ClientValue = Extract<Value, { k: "client" }>;
type QueryOperation = Extract<Operation, { kind: "query" }>;

/**
 * A guest is known by what only they hold: a cart by its cookie, a television by the secret it was given a moment ago.
 * Rows that are found by it, or by a row that was, are theirs; and what is made of chance alone and handed to whoever
 * asked for it belongs to nobody before.
 */
export function isForHolder(one: Operation, operations: readonly Operation[]): boolean {
  if (one.kind !== "query") return false;
  if (one.query.verb === "create") return isAddedForHolder(one.query) || isHandedOut(one, operations);
  return (
    comparisons(one.query.where).some(({ op, value }) => op === "equal" && isHolders(value)) ||
    saidWhoOrdered(one, operations)
  );
}

/** `if (booking.email !== body.email) refuse()`: found by its number, and then they had to say who ordered it. */
function saidWhoOrdered(one: QueryOperation, operations: readonly Operation[]): boolean {
  const by = new Set(
    comparisons(one.query.where).flatMap(({ op, value }) =>
      op === "equal" && value.k === "rows" ? [value.query.id] : [],
    ),
  );
  const at = operations.indexOf(one);
  return operations.some((each, when) => {
    if (each.kind !== "test" || each.denies !== "yes") return false;
    return (each.asked ?? [each.value]).some((value) => {
      const row = whoOrdered(value);
      if (row === null) return false;
      return row.id === one.query.id ? one.query.verb === "read" : when < at && by.has(row.id);
    });
  });
}

/** The row of an order that was found by its number, where what is asked is whether the client knows who ordered. */
function whoOrdered(value: Value): Query | null {
  if (value.k !== "derived" || !/^!==?$/.test(value.op)) return null;
  const row = value.args.find((arg) => arg.k === "rows");
  const said = value.args.find((arg) => arg.k !== "rows");
  if (row?.k !== "rows" || said === undefined || clientOf(said) === null) return null;
  const last = row.path.slice(row.path.lastIndexOf(".") + 1);
  const { table, where } = row.query;
  return OF_PERSON.test(last) &&
    ORDERED.test(snake(table)) &&
    comparisons(where).some(
      ({ field, op, value: by }) =>
        op === "equal" && NUMBER.test(field.slice(field.lastIndexOf(".") + 1)) && clientOf(by) !== null,
    )
    ? row.query
    : null;
}

/** Kept by the holder, or a row that was found by what they keep, or that was made here. */
function isHolders(value: Value, depth = 0): boolean {
  if (depth > 6) return false;
  switch (value.k) {
    case "choice": {
      const some = value.alternatives.filter(
        ({ value: one }) => one.k !== "literal" || (one.value !== null && one.value !== undefined),
      );
      return some.length > 0 && some.every((one) => isHolders(one.value, depth + 1));
    }
    case "pending":
      return isHolders(value.value, depth + 1);
    case "rows":
      return value.query.verb === "create" || isFoundByHolder(value.query, depth);
    default:
      return isKeptByVisitor(value);
  }
}

function isFoundByHolder(query: Query, depth: number): boolean {
  return (
    isCapability(query) ||
    comparisons(query.where).some(({ op, value }) => op === "equal" && isHolders(value, depth + 1))
  );
}

/** `req.signedCookies.cart`, `cookies.get("basket_id")`: what a browser keeps of somebody who need not sign in. */
function isKeptByVisitor(value: Value): boolean {
  return (
    isCredential(value) ||
    (value.k !== "struct" && clientsOf(value).some(({ part, path }) => part === "cookie" && VISITORS.test(path)))
  );
}
const VISITORS = /cart|basket|bag|trolley|visitor|guest|anonym|device|checkout|draft|wish_?list|session/i;

/** `{ cartId, productId }`: it hangs on what is theirs, and is nobody else's by what the client says. */
function isAddedForHolder({ data }: Query): boolean {
  if (data?.k === "list") return data.items.length > 0 && data.items.every((one) => isOneForHolder(one));
  return data !== null && isOneForHolder(data);
}

function isOneForHolder(data: Value): boolean {
  if (data.k !== "struct" || data.spreads.length > 0) return false;
  const columns = [...data.props];
  return (
    columns.some(
      ([column, value]) => /id$|(?:^|_)(?:cart|basket|bag|list|room|game)$/i.test(column) && isHolders(value),
    ) &&
    !columns.some(
      ([column, value]) =>
        (isOwnerName(column) || isTenantName(column) || isRoleName(column)) &&
        clientOf(value) !== null &&
        !isHolders(value),
    )
  );
}

/** Nothing in it says whose it is, a part of it is made of chance, and who asked is told that part, or the row. */
function isHandedOut({ query, facts }: QueryOperation, operations: readonly Operation[]): boolean {
  const { data, table } = query;
  if (data?.k !== "struct" || facts.has("auth")) return false;
  const name = snake(table);
  if (LETS_IN.test(name)) return false;
  // What a schema let pass of a screen that waits to be approved: its model, how wide it is.
  const isDescribed = WAITS_FOR_SOMEBODY.test(name);
  if (!data.spreads.every((one) => isDescribed && one.k === "client" && isLookedAt(one, facts))) return false;
  const made = new Set<unknown>();
  const isKeyed = keepsHoldersKey(data, operations);
  for (const [column, value] of data.props) {
    // `ownerId: nanoid()`: of somebody who is known by it from now on.
    if (value.k === "derived" && value.op === "random") made.add(value.place.node);
    else if (isOwnerName(column) || isRoleName(column) || (isTenantName(column) && !isOfPublicRow(value))) return false;
    if (clientOf(value) !== null && !isKeyed && !(isDescribed && DESCRIBES.test(column))) return false;
    holds(value, (inner) => {
      if (inner.k === "derived" && inner.op === "random") made.add(inner.place.node);
      return false;
    });
  }
  if (OF_VISITORS.test(name)) return true;
  if (made.size === 0) return false;
  const isTold = (value: Value): boolean =>
    holds(
      value,
      (inner) =>
        (inner.k === "rows" && inner.query.id === query.id) ||
        (inner.k === "derived" && inner.op === "random" && made.has(inner.place.node)),
    );
  return operations.some((one) => {
    if (one.kind === "respond") return one.body !== null && isTold(one.body);
    if (one.kind === "return") return isTold(one.value);
    return one.kind === "call" && /cookie/i.test(one.path) && one.args.some(isTold);
  });
}
/**
 * `{ title, owner_hash: sha(token) }`, and `{ slug, token }` is answered: it belongs to whoever was told the token, and
 * whatever they say in it is their own. That only its digest is kept says that it is what they are known by later.
 */
function keepsHoldersKey(data: Struct, operations: readonly Operation[]): boolean {
  const keys = new Set<unknown>();
  for (const [column, value] of data.props) {
    if (!OF_HOLDER.test(snake(column))) continue;
    holds(value, (inner) => {
      if (inner.k === "derived" && inner.op === "random") keys.add(inner.place.node);
      return false;
    });
  }
  return (
    keys.size > 0 &&
    operations.some((one) => {
      const told = one.kind === "respond" ? one.body : one.kind === "return" ? one.value : null;
      return (
        told !== null &&
        holds(
          told,
          (inner) =>
            (inner.k === "derived" && inner.op === "random" && keys.has(inner.place.node)) ||
            // `{ id, ...rest }` of the row, which has it.
            (inner.k === "rows" && inner.query.data === data && inner.path === ""),
        )
      );
    })
  );
}
const OF_HOLDER =
  /^(?:owners?|author|creator|edit(?:or|ing)?|manage(?:r|ment)?|delet(?:e|ion)|remov(?:e|al)|write|update|admin|poll(?:ing)?|claim|resume|device)_?(?:access_?)?(?:token|secret|key|code|password|pass)?_?(?:hash(?:ed)?|digest|sha256|sha|token|secret|key|code)$/i;

/** A schema has let it pass. */
function isLookedAt(value: ClientValue, facts: QueryOperation["facts"]): boolean {
  return value.checked || facts.has(`valid:${keyOf(value)}`);
}

/** Whoever has one of these may come in, or has something that others paid for; and what others belong to. */
const LETS_IN =
  /(?:^|_)(?:(?:api|access|service|deploy|auth|personal|secret|licen[cs]e)_?(?:keys?|tokens?|codes?)|keys?|tokens?|credentials?|secrets?|invit\w*|licen[cs]es?|vouchers?|coupons?|gift\w*|promo\w*|passes|grants?|users?|accounts?|members?|memberships?|admins?|sessions?|web_?hooks?|integrations?|clients?|workspaces?|org\w*|teams?|tenants?|compan(?:y|ies)|projects?|environments?|backups?|exports?|jobs?|runs?)$/i;
/** What somebody claims later, or fills and then pays for. */
const WAITS_FOR_SOMEBODY =
  /pairing|hand_?shake|device_?(?:code|auth\w*|link\w*|request)|link_?code|login_?request|activation|challenge|(?:^|_)(?:carts?|baskets?|bags?|trolleys?|guests?|visitors?)$/i;
/** What a shop makes for whoever comes by, and puts into their cookies. */
const OF_VISITORS = /(?:^|_)(?:carts?|baskets?|bags?|trolleys?|guests?|visitors?)$/i;
const DESCRIBES =
  /name|label|model|agent|platform|version|locale|lang|currency|(?:^|_)ip(?:_|$)|time_?zone|kind|type|width|height|resolution|serial|firmware|vendor|brand/i;

/** The row of a shop that was found by what stands in its address. */
function isOfPublicRow(value: Value): boolean {
  if (value.k === "choice") return value.alternatives.every((one) => isOfPublicRow(one.value));
  return (
    value.k === "rows" &&
    comparisons(value.query.where).some(({ field }) =>
      /(?:^|[._])(?:slug|handle|host(?:name)?|(?:sub)?domain)$/i.test(field),
    )
  );
}
