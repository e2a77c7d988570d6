import { rightsInBodies } from "../../entry-points/rights-in-bodies.ts";
import { wordsOf } from "../../knowledge/names.ts";
import { missingRole } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { clientOf, scopeOf } from "../../values/trust.ts";
import { comparisons } from "../../values/query.ts";
import { isSensitive } from "../entry/entry-kinds.ts";

/** A part of an address, or a word of a name, that says for whom it is. */
const FOR_STAFF =
  /^(?:admin|admins|administration|administrators?|backoffice|back-office|superadmin|super-admin|sysadmin|staff-only|moderation)$/i;
/** What those are asked for who may: `session.isAdmin`, `requireAdmin`. */
const ASKS_STAFF = /admin|staff|super_?user|moderator|back_?office|root/i;
const NAMES_STAFF = /["'`.](?:\w*_)?(?:admin|administrator|staff|super_?(?:user|admin)|moderator)["'`\s)\],]/i;
/** How one comes to be known there, or one's own. */
const FOR_ALL =
  /^(?:login|logout|signin|signout|sign|log|session|sessions|me|self|own|profile|account|status|health|ping|refresh|token|verify|setup|callback)$/i;
/** A role of the caller's stands in it in some way. */
const SAYS_ROLE =
  /\bis_?(?:super_?)?(?:admin|staff|moderator|root)\w*\b|\.\w*[rR]oles?\b|\b\w+_?[rR]ole\b\s*[!=]==?|(?:require|assert|ensure|check|verify|only|must|guard|with|has|can|may|authori[sz]e)\w*(?:Admin|Staff|Role|Permission|Access|Owner|Super|Moderator)\w*\(|permission|\b(?:can|cannot|authori[sz]e|enforce)\s*\(/i;

/**
 * `POST /auth/admin/reset-password` whose handler asks whether there is somebody and no more, where a neighbour's asks whether
 * they are an administrator: that of all those an address is for the first, its own name says.
 */
export function leftForAdmins({ entry, trace, project }: Judged, report: Report): boolean {
  if (entry.kind === "page" || entry.kind === "function") return false;
  const words = entry.path === null ? named(entry.name) : entry.path.split("/");
  if (!words.some((word) => FOR_STAFF.test(word)) || FOR_ALL.test(wordsOf(words.at(-1) ?? "").join(""))) return false;
  const file = project.file(entry.file);
  const beside = file === null ? null : rightsInBodies(file, entry.node);
  if (file === null || beside === null || beside.own.guards.length > 0) return false;
  const guard = beside.others
    .flatMap(({ guards, said = "" }) => guards.map((name) => ({ name, said })))
    .find(({ name, said }) => ASKS_STAFF.test(name) || (/role/i.test(name) && NAMES_STAFF.test(said)))?.name;
  if (guard === undefined) return false;
  // Others for them ask nothing either: it may be asked before any of them.
  if (
    beside.others.some(
      ({ path, guards }) => guards.length === 0 && (path ?? "").split("/").some((one) => FOR_STAFF.test(one)),
    )
  )
    return false;
  if (SAYS_ROLE.test(file.text.slice(entry.node.start, entry.node.end).replace(NO_QUESTION, ""))) return false;
  const done = trace.operations.find((one) => isForStaff(one));
  if (done === undefined) return false;
  report.violated(
    missingRole,
    { file: entry.file, node: entry.node },
    `Whoever is known may do this: it is for administrators by its name, ${guard} is asked beside it, and nothing of the kind here.`,
    done,
  );
  return true;
}

/** `adminResetPassword`, `resetPasswordAsAdmin`; not `listAdmins`. */
function named(name: string): readonly string[] {
  const words = wordsOf(name);
  const last = words.length - 1;
  return words.filter(
    (word, at) => word === "admin" && (at === 0 || (at === last && /^(?:as|by|for)$/.test(words[at - 1] ?? ""))),
  );
}

/** A column that is written or looked for: `{ isAdmin: true }`, `role: "member"`. */
const NO_QUESTION = /\b(?:is_?admin|is_?staff|role)\s*:/gi;

/** Somebody else's row is changed or looked at, by somebody of whom only that is known that they are there. */
function isForStaff(one: Operation): boolean {
  const { facts } = one;
  if (!facts.has("auth") || ["role", "global", "asked:role", "shared-secret", "rls"].some((name) => facts.has(name)))
    return false;
  for (const [name] of facts.entries()) if (name.startsWith("opaque:")) return false;
  if (one.kind === "query")
    return (
      scopeOf(one.query.where, facts) === null &&
      !comparisons(one.query.where).some(({ value }) => value.k === "principal")
    );
  return (
    one.kind === "call" &&
    one.origin === "missing" &&
    isSensitive(one) &&
    one.args.some((arg) => clientOf(arg) !== null) &&
    !one.args.some((arg) => arg.k === "principal" || arg.k === "request")
  );
}
