import { missingAuthentication } from "../rules/catalogue.ts";
import type { Judged, Report } from "../rules/rule.ts";
import type { Operation } from "../trace/operation.ts";
import type { Value } from "../values/value.ts";
import { setsUp } from "./set-up.ts";

const PEOPLE = /^(?:app_?)?(?:users?|accounts?|members?|people|admins?|administrators?)$/i;
const ADMINISTERS = /^(?:super_?|global_?|instance_?)?(?:admin|administrator|root|owner)$/i;
const KNOWN = ["auth", "capability", "signature", "shared-secret", "opaque:auth", "role", "rls"];

/** The way in of the first administrator, which nobody asks whether there is one already: whoever comes later is the next. */
export function setUpAgain({ entry, trace }: Judged, report: Report): boolean {
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
  return false;
}

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
