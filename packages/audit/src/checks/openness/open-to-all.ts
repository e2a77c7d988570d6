import { CLOSED } from "../../interpret/is-open.ts";
import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import { isOpenTo } from "../../values/trust.ts";
import type { Condition } from "../../values/value.ts";
import { isPublicTable } from "../entry/entry-kinds.ts";
import { isReadByName } from "../wording/query-words.ts";
import { isAddressBook } from "./left-by-strangers.ts";
import { isCheckedBeforeShown } from "./shown-rows.ts";

type QueryOperation = Extract<Operation, { kind: "query" }>;

/** Public content: only what is published, or a table anybody reads. */
export function isOpenRead(operation: Operation, { entry }: Judged): boolean {
  if (operation.kind !== "query") return false;
  const { query } = operation;
  if (query.verb === "create") return false;
  if (query.verb !== "read" && query.verb !== "list" && query.verb !== "count") return false;
  if (isUnpublished(query.where)) return false;
  if (mayBeOpen(query.where) || isShown(query.where) || isPublished(query.where)) return true;
  if (
    comparisons(query.where).some(
      ({ field, value }) =>
        /publish|public|visib/i.test(field) && (value.k === "literal" || value.k === "foreign" || value.k === "chain"),
    )
  )
    return true;
  if (query.verb === "read" || query.verb === "list") {
    // Pages found by a name that stands in their address.
    if (
      entry.method !== "POST" &&
      comparisons(query.where).some(({ field }) =>
        /^(?:slug|handle|username|short_?code|subdomain|domain|permalink|alias|shortId|short_id|vanity|(?:site|embed|widget|publishable|tracking)_?key|(?:embed|widget)_?id)$/i.test(
          field.slice(field.lastIndexOf(".") + 1),
        ),
      )
    )
      return true;
  }
  if (isAddressBook(query.table) && query.verb !== "count") return false;
  return isPublicTable(query.table) && entry.method !== "POST" && entry.method !== "DELETE";
}

/** `published: false`, `publishedAt: null`: what nobody is to see yet. */
function isUnpublished(where: Condition | null): boolean {
  return comparisons(where).some(
    ({ field, op, value }) =>
      op === "equal" &&
      /(?:^|[._])(?:is_?)?(?:public|published)(?:_?(?:at|on))?$/i.test(field) &&
      value.k === "literal" &&
      (value.value === false || value.value === null),
  );
}

/** `OR: [{ ownerId }, { isPublic: true }]`: what is public is among it, and the rest is the owner's. */
function mayBeOpen(condition: Condition | null): boolean {
  if (condition === null || condition.kind === "unknown") return false;
  if (condition.kind === "compare")
    return (
      /^(?:is_?)?(?:public|published|shared)$/i.test(condition.field.slice(condition.field.lastIndexOf(".") + 1)) &&
      condition.value.k === "literal" &&
      condition.value.value === true
    );
  return condition.of.some(mayBeOpen);
}

/** Open to everybody by what it belongs to, or looked up before anybody was asked and not used until somebody was. */
export function mayBeReadByAll({ query, facts }: QueryOperation, judged: Judged): boolean {
  if (!/^(?:read|list|count)$/.test(query.verb) && !isReadByName(query)) return false;
  return isOpenTo(query.where, facts) || (query.verb !== "count" && isCheckedBeforeShown(query, judged));
}

/** What whoever may see a thing does not do to it. */
export const OWNERS_ALONE =
  /^(?:delete|remove|destroy|drop|purge|erase|wipe|update|edit|modify|rename|overwrite|replace|archive|transfer|disable|deactivate|lock|unpublish)(?![a-z])/;

/** What was asked for was shown to be everybody's, and this is done for it. */
export function isBehindOpen({ name, facts }: Extract<Operation, { kind: "call" }>): boolean {
  if (OWNERS_ALONE.test(name)) return false;
  for (const [name] of facts.entries()) if (name.startsWith("open:ok:")) return true;
  return false;
}

/** `state: "PUBLISHED"`, whatever else is asked. */
function isPublished(where: Condition | null): boolean {
  return comparisons(where).some(
    ({ field, op, value }) =>
      op === "equal" &&
      /(?:^|[._])(?:state|status)$/i.test(field) &&
      value.k === "literal" &&
      /^(?:published|public|listed)$/i.test(String(value.value)),
  );
}

/** `where: { display: true }`: what everybody is shown. */
const SHOWN = /(?:^|[._])(?:is_?)?(?:display(?:ed)?|shown|listed)$/i;
function isShown(where: Condition | null): boolean {
  return comparisons(where).some(
    ({ field, op, value }) =>
      op === "equal" &&
      value.k === "literal" &&
      (value.value === true ? SHOWN.test(field) : value.value === false && CLOSED.test(field)),
  );
}
