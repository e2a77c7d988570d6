import { says } from "../../source/says.ts";
import { clientRole } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { keyOf } from "../../values/key.ts";
import { clientsOf, trustOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";
import { unaskedWhole } from "./unasked-whole.ts";

/** The file itself asks elsewhere whether somebody may give a role. */
const ASKS = /\b(?:may|can|could|is)(?:Allowed|Able)?(?:To)?(?:Assign|Grant|Give|Promote|Manage|Set|Change)\w*\(/;
const GIVEN = /^(?:\w*_)?roles?$|Role$/;

/** A role is given as the client says, and nobody asks whether it is theirs to give, where the file elsewhere asks it. */
export function unaskedGrant(judged: Judged, report: Report): void {
  const { entry, project } = judged;
  const file = project.file(entry.file);
  if (entry.kind === "function" || file === null || !says(file, ASKS)) return;
  unaskedWhole(file, ASKS, judged, report);
  const { trace } = judged;
  for (const [at, one] of trace.operations.entries()) {
    if (one.kind !== "query" || one.query.data?.k !== "struct" || one.facts.has("global")) continue;
    const given = [...one.query.data.props].find(([name, value]) => GIVEN.test(name) && value.k === "client")?.[1];
    if (given === undefined || trustOf(given, one.facts) !== null) continue;
    const key = keyOf(given);
    if (trace.operations.slice(0, at).some((before) => asksOf(before, key))) continue;
    report.violated(
      clientRole,
      one.place,
      "The role is given as the client says, and nobody asks whether it is theirs to give; elsewhere here it is asked.",
      one,
    );
    return;
  }
}

function asksOf(one: Operation, key: string): boolean {
  const values: readonly Value[] =
    one.kind === "call"
      ? one.args
      : one.kind === "test" || one.kind === "choose"
        ? [one.value]
        : one.kind === "compare"
          ? [one.left, one.right]
          : [];
  return values.some((value) => clientsOf(value).some((said) => keyOf(said) === key));
}
