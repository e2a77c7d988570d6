import { isOwnerName } from "../../knowledge/names.ts";
import type { Judged } from "../../rules/rule.ts";
import type { Operation, Trace } from "../../trace/operation.ts";
import { holds } from "../../values/holds.ts";
import { keyOf } from "../../values/key.ts";
import { comparisons } from "../../values/query.ts";
import { clientsOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

/** What a row, or the product's settings, let strangers do: from where on, and the rows of which tables it was asked of. */
export interface Decided {
  readonly at: number;
  readonly tables: ReadonlySet<string>;
  /** Who may follow a link may not change it, nor what it leads to. */
  readonly toLook?: boolean;
  /** Nor add to it: what is not hidden is shown. */
  readonly toRead?: boolean;
}

const SAYS_FOR_WHOM =
  /(?:^|\.)(?:is_?)?(?:permissions?|visibility|privacy|public|published|private|shared|sharing|access(?:_?(?:level|mode|type))?|anyone_?can_?\w+)$/i;
const LETS_STRANGERS =
  /anonym|guest|public|strangers|without_?(?:login|account)|(?:open|free)_?(?:registration|access)/i;

/**
 * `if (!note.isPublic && note.ownerId !== user?.id) deny()`, also where it takes several steps or a function of its own:
 * a stranger is refused by what the row says, and so is whoever it does not belong to.
 */
export function decidedByRow({ trace }: Judged): Decided | null {
  const before = known.get(trace);
  if (before !== undefined) return before;
  const found = decided(trace);
  known.set(trace, found);
  return found;
}
/** Every statement of an entry point asks about the same. */
const known = new WeakMap<Trace, Decided | null>();

function decided({ operations }: Trace): Decided | null {
  const tables = new Set<string>();
  for (const [at, one] of operations.entries()) {
    for (const value of valuesOf(one))
      holds(value, (inner) => {
        if (inner.k === "rows" && SAYS_FOR_WHOM.test(inner.path)) tables.add(inner.query.table);
        return false;
      });
    if (one.kind !== "test" || one.denies !== "yes") continue;
    const asked = one.asked ?? [one.value];
    if (tables.size > 0 && asked.some(asksWhose)) return { at, tables };
    if (asked.some(isSetting)) return { at, tables };
    const hidden = asked.map(hiddenBy).find((table) => table !== null);
    if (hidden !== undefined && hidden !== null)
      return { at, tables: new Set([...tables, hidden]), toLook: true, toRead: true };
    const link = asked.map(linkAsked).find((table) => table !== null);
    if (link !== undefined && link !== null) return { at, tables: new Set([...tables, link]), toLook: true };
  }
  return null;
}

/** `if (!page || page.passwordProtected) return []`, `poll.hideVotes`: what is not kept from strangers is for them. */
function hiddenBy(value: Value): string | null {
  let table: string | null = null;
  holds(value, (inner) => {
    if (inner.k === "rows" && KEPT_BACK.test(inner.path)) table = inner.query.table;
    return table !== null;
  });
  return table;
}
const KEPT_BACK =
  /(?:^|[._])(?:is_?)?(?:hide[A-Z_]?\w*|hidden\w*|password_?protected|members_?only|unlisted|private)$/i;

/** `if (!link || link.isArchived) deny()`, `link.password`: who has the link may follow it, while it may be followed. */
function linkAsked(value: Value): string | null {
  let table: string | null = null;
  holds(value, (inner) => {
    if (inner.k === "rows" && LINKS.test(inner.query.table) && LIMITS.test(inner.path)) table = inner.query.table;
    return table !== null;
  });
  return table;
}
const LINKS = /^(?:\w*_)?(?:(?:share|shared|sharing|public|guest|access)_?)?links?$|^(?:\w*_)?shares?$/i;
const LIMITS =
  /(?:^|\.)(?:expir\w*|password\w*|is_?(?:archived|active|expired|revoked|disabled|enabled)|archived\w*|revoked\w*|disabled\w*|allow_?list|email_?protected)$/i;

/** It comes after somebody was refused by what a row says, or is the look-up of that row. */
export function isDecided(one: Operation, decided: Decided | null, operations: readonly Operation[]): boolean {
  if (decided === null) return false;
  if (one.kind === "query" && one.query.verb === "read" && decided.tables.has(one.query.table)) return true;
  if (decided.toLook === true && one.kind === "query" && /^(?:update|delete|upsert)$/.test(one.query.verb))
    return false;
  if (decided.toRead === true && (one.kind !== "query" || !/^(?:read|list|count)$/.test(one.query.verb))) return false;
  return operations.indexOf(one) > decided.at && !isOfAnother(one, decided, operations);
}

/** Rows of another table, chosen by what the client said beside the row that was asked about: nothing was decided of those. */
function isOfAnother(one: Operation, { tables }: Decided, operations: readonly Operation[]): boolean {
  if (one.kind !== "query" || one.query.verb === "create" || tables.size === 0) return false;
  const chosen = comparisons(one.query.where).map(({ value }) => value);
  const said = chosen.flatMap((value) => clientsOf(value));
  if (said.length === 0 || chosen.some((value) => value.k === "principal")) return false;
  if (tables.has(one.query.table) || chosen.some((value) => holds(value, (inner) => isRowOf(inner, tables))))
    return false;
  const asked = new Set(
    operations.flatMap((other) =>
      other.kind === "query" && tables.has(other.query.table)
        ? comparisons(other.query.where).flatMap(({ value }) => clientsOf(value).map(keyOf))
        : [],
    ),
  );
  return !said.some((value) => asked.has(keyOf(value)));
}

function isRowOf(value: Value, tables: ReadonlySet<string>): boolean {
  return value.k === "rows" && tables.has(value.query.table);
}

function valuesOf(one: Operation): readonly Value[] {
  if (one.kind === "test") return one.asked ?? [one.value];
  return one.kind === "compare" ? [one.left, one.right] : [];
}

/** `row.ownerId === user.id`, or what a function answers that was asked about the caller. */
function asksWhose(value: Value): boolean {
  return holds(
    value,
    (inner) =>
      (inner.k === "principal" && /^granted(?:\.|$)/.test(inner.path)) ||
      (inner.k === "derived" &&
        /^[=!]==?$/.test(inner.op) &&
        inner.args.some((arg) => arg.k === "principal") &&
        inner.args.some((arg) => arg.k === "rows" && isOwnerName(arg.path.slice(arg.path.lastIndexOf(".") + 1)))),
  );
}

/** `config.allowAnonymous`, `process.env.PUBLIC_ACCESS`: whoever runs the product has opened it. */
function isSetting(value: Value): boolean {
  return holds(value, (inner) => {
    if (inner.k === "env" || inner.k === "foreign") return LETS_STRANGERS.test(inner.name);
    if (inner.k !== "chain" || inner.root.k !== "foreign") return false;
    const last = inner.steps.at(-1);
    return (
      last?.kind === "member" && LETS_STRANGERS.test(last.name) && inner.steps.every(({ kind }) => kind === "member")
    );
  });
}
