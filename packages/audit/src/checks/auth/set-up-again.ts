import { missingAuthentication } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { clientsOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";
import { setsUp } from "./set-up.ts";

const PEOPLE = /^(?:app_?)?(?:users?|accounts?|members?|people|admins?|administrators?)$/i;
const ADMINISTERS = /^(?:super_?|global_?|instance_?)?(?:admin|administrator|root|owner)$/i;
const KNOWN = ["auth", "capability", "signature", "shared-secret", "opaque:auth", "role", "rls"];

/** The way in of the first administrator, which nobody asks whether there is one already: whoever comes later is the next. */
export function setUpAgain(judged: Judged, report: Report): boolean {
  const { entry, trace } = judged;
  if (!setsUp(entry)) return false;
  for (const [at, one] of trace.operations.entries()) {
    if (one.kind !== "query" || one.query.verb !== "create" || !PEOPLE.test(one.query.table)) continue;
    if (!isAdministrator(one.query.data) || KNOWN.some((name) => one.facts.has(name))) continue;
    if (trace.operations.slice(0, at).some(asksWhether)) return false;
    report.violated(
      missingAuthentication,
      { file: entry.file, node: entry.node },
      `${entry.name} makes an administrator of whoever comes, whether or not there is one already.`,
      one,
    );
    return true;
  }
  return setAgain(judged, report);
}

/** `POST /onboarding/config`: how the product is set up is written anew by whoever comes, whether or not it was done. */
function setAgain({ entry, trace, project }: Judged, report: Report): boolean {
  if (entry.method === "GET" || entry.kind === "page") return false;
  for (const [at, one] of trace.operations.entries()) {
    if (KNOWN.some((name) => one.facts.has(name)) || one.facts.has("unmounted")) return false;
    if (!setsState(one, project.file(entry.file)?.text ?? "")) continue;
    if (trace.operations.slice(0, at).some(asksWhether)) return false;
    report.violated(
      missingAuthentication,
      { file: entry.file, node: entry.node },
      `${entry.name} sets the product up anew for whoever comes, whether or not that was done already.`,
      one,
    );
    return true;
  }
  return false;
}

/**
 * Settings are changed as the client says. Code that is not seen may ask for itself whether it was done, unless by its
 * name it may be called again and the file asks elsewhere how far it is.
 */
function setsState(one: Operation, text: string): boolean {
  if (one.kind === "query")
    return (
      (one.query.verb === "update" || one.query.verb === "upsert") &&
      SETTINGS.test(one.query.table) &&
      one.query.data !== null &&
      clientsOf(one.query.data).length > 0
    );
  return (
    one.kind === "call" &&
    one.origin === "missing" &&
    CHANGES.test(one.name) &&
    OF_SETTINGS.test(one.path) &&
    one.args.some((arg) => clientsOf(arg).length > 0) &&
    TELLS_HOW_FAR.test(text)
  );
}
const SETTINGS =
  /^(?:onboarding\w*|setup\w*|installation\w*|instance_?(?:settings?|configs?)|(?:infra|system|app|global|server|site)_?(?:settings?|configs?)|settings?|configs?|configuration)$/i;
const CHANGES = /^(?:update|save|set|change|configure|apply|store|write|put|replace)(?![a-z])/;
const OF_SETTINGS = /config|setting|onboarding|set_?up|instance|smtp|mailer|oauth|environment/i;
const TELLS_HOW_FAR =
  /\b(?:get|fetch|load|read)\w*(?:Status|State|Progress)\s*\(|\b(?:is|was|has|needs)\w*(?:Complete|Completed|Done|SetUp|Setup|Initiali[sz]ed|Installed|Bootstrap|Bootstrapped|Onboarded|Configured|Admin|Owner)\s*\(/;

function isAdministrator(data: Value | null): boolean {
  if (data?.k !== "struct") return false;
  return [...data.props].some(
    ([name, value]) =>
      value.k === "literal" &&
      (/role$/i.test(name)
        ? ADMINISTERS.test(String(value.value))
        : /^is_?(?:super_?)?admin$/i.test(name) && value.value === true),
  );
}

/** Whether something stored, set or known elsewhere stops it. */
function asksWhether(one: Operation): boolean {
  return (
    one.kind === "test" && one.denies !== "neither" && (one.asked ?? [one.value]).some((value) => isOfState(value))
  );
}

function isOfState(value: Value, depth = 0): boolean {
  if (depth > 6) return true;
  switch (value.k) {
    case "client":
    case "literal":
      return false;
    case "derived":
      return value.args.some((arg) => isOfState(arg, depth + 1));
    case "choice":
      return value.alternatives.some((one) => isOfState(one.value, depth + 1));
    case "chain":
      return value.root.k !== "client";
    default:
      return true;
  }
}
