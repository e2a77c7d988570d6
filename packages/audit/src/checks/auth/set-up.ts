import { wordsOf } from "../../knowledge/names.ts";
import type { EntryPoint } from "../../entry-points/entry-point.ts";
import type { Operation } from "../../trace/operation.ts";
import { clientsOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

const SETS_UP =
  /^(?:setup|install|installation|installer|bootstrap|bootstrapped|init|initial|initiali[sz]e|initiali[sz]ed|onboarding|onboard|firstrun)$/;
const STATE =
  /^(?:onboarding\w*|setup\w*|installation\w*|instance\w*|(?:system|app|global)_?settings?|settings?|configs?|configuration|users?|admins?|accounts?)$/i;
const WRITES =
  /^(?:create|add|insert|update|set|save|delete|remove|reset|complete|finish|run|start|register|grant|enable|disable|bootstrap|init\w*|setup|install)/;

/** Setting a product up is open to everybody until it is done: what is stored says whether, and a look at that is harmless. */
export function isOpenUntilSetUp(entry: EntryPoint, operations: readonly Operation[]): boolean {
  const { method, file } = entry;
  if (!setsUp(entry, file.slice(file.lastIndexOf("/") + 1))) return false;
  for (const one of operations) {
    if (one.kind === "test" && one.denies !== "neither" && (one.asked ?? [one.value]).some((value) => isOfState(value)))
      return true;
    if (one.kind === "query" && !/^(?:read|list|count)$/.test(one.query.verb)) return false;
    if (one.kind === "call" && WRITES.test(one.name)) return false;
  }
  // How far it has come is all that may be looked at.
  return (
    (method === "GET" || method === "HEAD") &&
    operations.every((one) => one.kind !== "query" || STATE.test(one.query.table))
  );
}

/** Is it called after setting up, in its path, its name or beside that? */
export function setsUp({ path, name }: EntryPoint, beside = ""): boolean {
  return wordsOf(`${path ?? ""} ${name} ${beside}`).some((word) => SETS_UP.test(word));
}

function isOfState(value: Value, depth = 0): boolean {
  if (depth > 6) return false;
  switch (value.k) {
    case "rows":
      return STATE.test(value.query.table);
    case "chain":
      return clientsOf(value).length === 0;
    case "derived":
      return value.args.some((arg) => isOfState(arg, depth + 1));
    case "choice":
      return value.alternatives.some((one) => isOfState(one.value, depth + 1));
    default:
      return false;
  }
}
