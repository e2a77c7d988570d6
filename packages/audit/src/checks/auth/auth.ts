import { says } from "../../source/says.ts";
import {
  ignoredCheck,
  missingAuthentication,
  missingPermission,
  unverifiedSession,
  swallowedCheck,
  untestedCaller,
} from "../../rules/catalogue.ts";
import { declarationOf } from "./declaration-of.ts";
import { unawaited } from "./unawaited.ts";
import { changedBeforeAsked } from "./late-check.ts";
import { onlyTouches } from "../openness/counted.ts";
import { asksCallers } from "../openness/asks-callers.ts";
import { contradictory } from "./contradictory.ts";
import { tokenAge } from "./token-age.ts";
import { tokens } from "./tokens.ts";
import { grantLost, letGoOn, refusedAndDone } from "./let-go-on.ts";
import { nameKind } from "../../knowledge/names.ts";
import type { EntryPoint } from "../../entry-points/entry-point.ts";
import type { Check, Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Facts } from "../../values/facts.ts";
import { isBroughtToken } from "../../values/brought-token.ts";
import { comparisons } from "../../values/query.ts";
import { clientOf, clientsOf, isCapability, isCredential } from "../../values/trust.ts";
import { isToldCaller } from "./told-caller.ts";
import { isOfSignUp, signUps } from "./sign-up.ts";
import { isLeftOutside, isSaidToBeOpen, opaqueGate } from "./left-outside.ts";
import { isGuardedWhereMounted, takesCallerForGranted } from "../openness/taken-for-granted.ts";
import { isOfLink } from "./leads-on.ts";
import { leftUnguarded } from "./left-unguarded.ts";
import { leftByStrangers } from "../openness/left-by-strangers.ts";
import { setUpAgain } from "./set-up-again.ts";
import { missingGuard } from "./missing-guard.ts";
import { givenUnasked } from "./given-unasked.ts";
import { aboveOnesOwn } from "./above-ones-own.ts";
import { missingRoles } from "./roles.ts";
import { leftForAdmins } from "./left-for-admins.ts";
import { toldLess } from "./told-less.ts";
import { rightToRead } from "./right-to-read.ts";
import { OWNERS_ALONE, isBehindOpen, isOpenRead, mayBeReadByAll } from "../openness/open-to-all.ts";
import { asksItself, isCron, isScheduled, isTenantTable, isSensitive, isWebhook } from "../entry/entry-kinds.ts";
import { isOfPublished } from "./of-published.ts";
import { isPublicByDesign } from "../openness/public-by-design.ts";
import { isCaller, isOfVisitor } from "./visitors.ts";
import { isSpent } from "../openness/spent-rows.ts";
import { decidedByRow, isDecided } from "../openness/decided-by-row.ts";
import { answersOnlyWhether } from "./only-whether.ts";
import { isKeyOfTokens, isLookUpOfSecret } from "./look-up-of-secret.ts";
import { isForHolder } from "../openness/for-holders.ts";
import { isReadByLink } from "../openness/kept-by-key.ts";
import { isToldByProvider } from "../webhook/told-by-provider.ts";
import { isForStrangersToo, isNobodysOrOwn } from "../openness/for-strangers-too.ts";
import { isForAllSites, isHouseOfStrangers, isSaidToBePublic } from "../openness/said-to-be-public.ts";
import { isOpenUntilSetUp } from "./set-up.ts";

/** Was somebody's right to be here shown before anything sensitive was done? */
export const auth: Check = {
  requirement: "auth",
  run(judged, report) {
    const { entry, trace, project } = judged;
    tokens(judged, report);
    tokenAge(judged, report);
    const unverified = trace.operations.find((one) => one.kind === "call" && one.name === "unverified-session");
    if (
      unverified !== undefined &&
      entry.kind !== "page" &&
      !trace.operations.some((one) => one.kind === "call" && /getUser|getClaims/.test(one.name))
    ) {
      const text = project.file(entry.file)?.text ?? "";
      if (!/auth\.(?:getUser|getClaims)\(/.test(text))
        report.violated(
          unverifiedSession,
          unverified.place,
          "getSession() answers what the cookie says and verifies nothing: on a server ask getUser() or getClaims().",
          unverified,
        );
    }
    for (const one of trace.operations) if (one.kind === "test") contradictory(one, judged, report);
    if (unawaited(judged, report)) return;
    const idle = trace.operations.find((one) => one.kind === "call" && one.name === "guard-never-denies");
    if (idle !== undefined) {
      report.violated(
        ignoredCheck,
        { file: entry.file, node: entry.node },
        `${idle.kind === "call" ? idle.path : "The guard"} answers true on every path: it turns nobody away.`,
        idle,
      );
      return;
    }
    const unasked = trace.operations.find((one) => one.kind === "call" && one.name === "key-without-permission");
    if (unasked !== undefined) {
      report.violated(
        missingPermission,
        { file: entry.file, node: entry.node },
        `${entry.name} names no permission: whoever is a member may do it, whatever their role.`,
        unasked,
      );
    }
    if (entry.kind === "page") return page(judged, report);
    if (entry.kind !== "route" && entry.kind !== "action" && entry.kind !== "procedure" && entry.kind !== "handler")
      return;
    if (isWebhook(judged)) return;
    if (setUpAgain(judged, report)) return;
    grantLost(judged, report);
    changedBeforeAsked(judged, report);
    const unguarded =
      missingGuard(judged, report) ||
      toldLess(judged, report) ||
      leftForAdmins(judged, report) ||
      leftUnguarded(judged, report);
    const sensitive = trace.operations.filter(
      (one) =>
        (isSensitive(one) || isLeftOutside(one, judged)) &&
        !isSaidToBeOpen(one, entry) &&
        !isLookUp(one) &&
        !isLookUpOfSecret(one, trace.operations) &&
        !isKeyOfTokens(one, trace.operations) &&
        !asksItself(one, entry),
    );
    const signing = signUps(trace.operations, entry);
    const isLeft = leftByStrangers(judged);
    const decided = decidedByRow(judged);
    const unheld = sensitive.filter(
      (one) =>
        !isOfSignUp(one, signing) &&
        !isHeld(one.facts) &&
        !(
          ((one.kind === "call" && !OWNERS_ALONE.test(one.name)) ||
            (one.kind === "query" && one.query.verb === "create")) &&
          one.facts.has("open")
        ) &&
        !(one.kind === "call" && isBehindOpen(one)) &&
        !isOpenRead(one, judged) &&
        !isOfLink(one, judged) &&
        !isLeft(one) &&
        !isDecided(one, decided, trace.operations) &&
        !isOfPublished(one, judged) &&
        !isToldCaller(one, trace.operations) &&
        !isSpent(one, judged) &&
        !isForHolder(one, trace.operations) &&
        !isReadByLink(one, judged) &&
        !isCapabilityQuery(one, trace.operations) &&
        !(one.kind === "query" && one.query.rights === "user") &&
        !(one.kind === "query" && mayBeReadByAll(one, judged)),
    );
    const [first] = unheld;
    if ((first === undefined || !isPublicByDesign(entry, judged)) && untested(judged, report)) return;
    if (first === undefined) {
      if (!unguarded && !rightToRead(judged, report) && !refusedAndDone(judged, report)) {
        missingRoles(judged, report);
        if (!givenUnasked(judged, report)) aboveOnesOwn(judged, report);
      }
      if (sensitive.length > 0 && sensitive.every((one) => isSure(one.facts))) report.proved();
      else if (sensitive.length > 0) report.unknown(whyUnsure(sensitive));
      else if (trace.unknowns.length > 0) report.unknown(trace.unknowns[0] ?? "");
      return;
    }
    if (unguarded || (isPublicByDesign(entry, judged) && !isCron(judged) && !unheld.some(isTakeover))) return;
    letGoOn(judged, first, report);
    const swallowed = trace.operations
      .slice(0, trace.operations.indexOf(first))
      .find((one) => one.kind === "catch" && one.falls && one.lost.has("auth"));
    if (swallowed !== undefined) {
      const together = swallowed.within.at(-1)?.node === first.within.at(-1)?.node;
      report.violated(
        swallowedCheck,
        together ? first.place : declarationOf(judged, first),
        "A check that refuses throws, the refusal is caught, and the handler goes on.",
        first,
      );
      return;
    }
    const unseen =
      opaqueGate(first, judged) ??
      (first.facts.has("unmounted") &&
      (takesCallerForGranted(judged) ||
        isGuardedWhereMounted(judged) ||
        !(knowsAuth(judged) || asksCallers(entry, project))) &&
      !isScheduled(judged)
        ? first.facts.get("unmounted")
        : undefined);
    if (unseen !== undefined) {
      report.unknown(unseen.why);
      return;
    }
    const tested = trace.operations.find(
      (one) => one.kind === "test" && one.denies === "neither" && isCaller(one.value),
    );
    if (tested !== undefined && tested.kind === "test") {
      report.violated(
        ignoredCheck,
        // What every method is handed on from has asked in vain.
        first.facts.has("valid:client:method.") && standsApart(first, entry) ? entry : first.place,
        "The caller is tested, and the handler goes on whatever the answer is.",
        first,
      );
      return;
    }
    if (isToldByProvider(unheld, judged)) return report.unknown("what it believes is asked of the sender itself");
    if (answersOnlyWhether(unheld, trace.operations)) return report.unknown("it answers only whether there is any");
    if (isForStrangersToo(unheld, judged) || isNobodysOrOwn(judged))
      return report.unknown("what strangers see of it was decided");
    if (isOpenUntilSetUp(entry, trace.operations)) return report.unknown("what is set up once is open until it is");
    if (isSaidToBePublic(unheld) || isForAllSites(unheld, judged))
      return report.unknown("it is called public, and shows nothing that is secret by its name");
    if (isHouseOfStrangers(judged) && !isCron(judged))
      return report.unknown(
        "nobody is spoken of in its file, which may be guarded where it is mounted, or meant for all",
      );
    if (first.facts.has("refused"))
      return report.unknown("some are refused, and what is asked of them is not understood");
    report.violated(
      missingAuthentication,
      declarationOf(judged, first),
      `${entry.name} does what only somebody known may do, and asks nobody who they are.`,
      first,
    );
  },
};

/** The answer to who is calling, or to whether they may, is read before anybody has looked whether there is one. */
function untested(judged: Judged, report: Report): boolean {
  const found = judged.trace.operations.find((one) => one.kind === "untested" && one.what !== "input");
  if (found?.kind !== "untested") return false;
  letGoOn(judged, found, report);
  if (found.what === "absent" && judged.entry.kind === "route") {
    report.violated(
      missingAuthentication,
      declarationOf(judged, found),
      `${judged.entry.name} speaks of a caller whom nothing before it has put on the request.`,
      found,
    );
    return true;
  }
  report.violated(
    untestedCaller,
    found.place,
    found.what !== "grant"
      ? "For a stranger there is nobody here, and a field of theirs is read before anybody has looked."
      : "To those who may not, the check answers nothing, and a field of its answer is read before anybody has looked.",
    found,
  );
  return true;
}

/** A page that reads what belongs to somebody. Layouts above it may ask for the caller; middleware was followed before. */
function page(judged: Judged, report: Report): void {
  const { entry, trace, project } = judged;
  if (!isPublicByDesign(entry, judged) && untested(judged, report)) return;
  const first = trace.operations.find(
    (one) =>
      one.kind === "query" &&
      isTenantTable(one.query.table) &&
      !isHeld(one.facts) &&
      !isLookUp(one) &&
      !isOpenRead(one, judged) &&
      !mayBeReadByAll(one, judged) &&
      !isCapabilityQuery(one, trace.operations),
  );
  if (
    first === undefined ||
    isPublicByDesign(entry, judged) ||
    /\((?:public|marketing|auth|site|www|landing|home)\)/i.test(entry.file)
  )
    return;
  if (
    first.kind === "query" &&
    comparisons(first.query.where).some(({ value }) => clientOf(value) !== null) &&
    entry.path !== null &&
    /\[/.test(entry.path)
  )
    return report.unknown("a page found by its address may be everybody's");
  for (let folder = entry.file; folder.includes("/");) {
    folder = folder.slice(0, folder.lastIndexOf("/"));
    for (const name of [
      "layout.tsx",
      "layout.jsx",
      "layout.ts",
      "template.tsx",
      "+layout.server.ts",
      "+layout.server.js",
      "hooks.server.ts",
      "hooks.server.js",
    ]) {
      if (/auth|session|user|redirect/i.test(project.file(`${folder}/${name}`)?.text ?? ""))
        return report.unknown("a layout above may ask for the caller");
    }
  }
  const unseen = first.facts.get("opaque:auth");
  if (unseen !== undefined) return report.unknown(unseen.why);
  const tested = trace.operations.some((one) => one.kind === "test" && isCaller(one.value));
  if (tested)
    report.violated(
      ignoredCheck,
      first.place,
      "The caller is tested, and the page goes on whatever the answer is.",
      first,
    );
  else
    report.violated(
      missingAuthentication,
      declarationOf(judged, first),
      `${entry.name} reads what belongs to somebody, and asks nobody who they are.`,
      first,
    );
}

function standsApart({ place }: Operation, { file, node }: EntryPoint): boolean {
  return place.file === file && (place.node.start >= node.end || place.node.end <= node.start);
}

/** Even where anybody may come, a row is not changed by its bare id. */
function isTakeover(operation: Operation): boolean {
  if (operation.kind !== "query" || (operation.query.verb !== "update" && operation.query.verb !== "delete"))
    return false;
  if (operation.query.verb === "update" && onlyTouches(operation.query.data)) return false;
  return comparisons(operation.query.where).some(
    ({ field, value }) =>
      /^(?:_?id|uuid|\w*(?:Id|_id))$/.test(field.slice(field.lastIndexOf(".") + 1)) && clientOf(value) !== null,
  );
}

function isHeld(facts: Facts): boolean {
  return (
    facts.has("rls") ||
    facts.has("auth") ||
    facts.has("capability") ||
    facts.has("signature") ||
    facts.has("shared-secret")
  );
}

function isSure(facts: Facts): boolean {
  return ["auth", "capability", "signature", "shared-secret"].some((name) => facts.get(name)?.sure === true);
}

function whyUnsure(operations: readonly Operation[]): string {
  for (const one of operations) {
    const evidence = one.facts.get("auth") ?? one.facts.get("shared-secret") ?? one.facts.get("signature");
    if (evidence !== undefined && !evidence.sure) return evidence.why;
  }
  return "some operations are open to everybody by what they read";
}

/** The look-up that answers who is calling is no use of it: by a cookie, a header, a session's id. */
function isLookUp(operation: Operation): boolean {
  if (operation.kind === "call" && (isBySecretColumn(operation) || isToldSecret(operation))) return true;
  if (operation.kind === "call")
    return operation.args.some(
      (arg) =>
        isCredential(arg) ||
        // Where it is kept among other things, nobody is asked about it.
        (arg.k !== "struct" && nameKind(operation.name) !== "writes" && isBroughtToken(arg, false)),
    );
  return (
    operation.kind === "query" &&
    (operation.query.verb === "read" || operation.query.verb === "list") &&
    comparisons(operation.query.where).some((one) => isCredential(one.value))
  );
}

/** `signFieldWithToken({ token, fieldId })`: by its name it does so for whoever brings the secret, and is told it. */
function isToldSecret({ name, args }: Extract<Operation, { kind: "call" }>): boolean {
  return (
    /(?:With|By|From|Using|Via|For)_?\w*(?:Token|Secret|Ticket|AccessCode|MagicLink)$/.test(name) &&
    args.some((arg) => clientsOf(arg).some(({ path }) => /(?:token|secret|ticket|code|link|key|hash)$/i.test(path)))
  );
}

/** `users.byField("shareToken", token)`: found by a column that holds what only one person was told. */
function isBySecretColumn({ name, args }: Extract<Operation, { kind: "call" }>): boolean {
  return (
    nameKind(name) !== "writes" &&
    args.some(
      (arg, at) =>
        arg.k === "literal" &&
        typeof arg.value === "string" &&
        /(?:token|secret|api_?key|access_?key)(?:_?hash)?$/i.test(arg.value) &&
        args[at + 1]?.k === "client",
    )
  );
}

function isCapabilityQuery(operation: Operation, operations: readonly Operation[]): boolean {
  return operation.kind === "query" && (isCapability(operation.query) || isOfVisitor(operation.query, operations));
}

/** A file whose other handlers ask who is calling: the one that does not was forgotten. */
function knowsAuth({ entry, project }: Judged): boolean {
  const file = project.file(entry.file);
  return file !== null && says(file, SPEAKS_OF_AUTH);
}
const SPEAKS_OF_AUTH =
  /auth|session|requireUser|verifyToken|protect|requireLogin|requireAdmin|verifyJwt|preHandler|guard/i;
