import { createHash } from "node:crypto";
import type { Answer, Finding, JudgedEntryPoint } from "../../findings/finding.ts";
import { inOrder, type Reported } from "../reported.ts";
import { LEVEL, unknownRuleId } from "./driver.ts";
import { LIMITS } from "./limits.ts";
import { physicalLocation } from "./location.ts";

/** Fingerprints made otherwise get another name, so that they are never compared with these (§3.27.17). */
const FINGERPRINT = "keysAudit/v1";

/** Every result, what matters most first: new violations by severity, known ones, suppressed ones, unknowns. */
export function* sarifResults(reported: Reported): Generator<object> {
  const { result, compared, rules, hasBaseline, includeUnknown } = reported;
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  const seen = new Map<string, number>();
  const known = new Set(compared.known);
  const suppressed = result.findings.filter((finding) => finding.suppressed !== null);
  for (const finding of [...inOrder(compared.fresh), ...inOrder(compared.known), ...inOrder(suppressed)]) {
    const state = hasBaseline ? { baselineState: known.has(finding) ? "unchanged" : "new" } : {};
    yield { ...violation(finding, indexes, seen), ...suppressions(finding, known.has(finding)), ...state };
  }
  if (!includeUnknown) return;
  for (const entry of result.entryPoints) {
    for (const answer of entry.answers) if (answer.answer === "unknown") yield open(entry, answer, seen);
  }
}

function violation(finding: Finding, indexes: ReadonlyMap<string, number>, seen: Map<string, number>): object {
  const { rule, severity, message, location, entryPoint, path, fingerprint } = finding;
  const index = indexes.get(rule);
  return {
    ruleId: rule,
    ...(index === undefined ? {} : { ruleIndex: index }),
    kind: "fail",
    level: LEVEL[severity],
    message: { text: text(message) },
    locations: [
      {
        physicalLocation: physicalLocation(location),
        ...(entryPoint === null
          ? {}
          : { logicalLocations: [{ fullyQualifiedName: text(entryPoint), kind: "function" }] }),
      },
    ],
    partialFingerprints: { [FINGERPRINT]: once(`${rule}\0${fingerprint}`, fingerprint, seen) },
    ...(path.length > 1 ? { codeFlows: [{ threadFlows: [{ locations: steps(path) }] }] } : {}),
  };
}

/** Results that share a fingerprint would be one alert; the second and further ones are told apart by a number. */
function once(identity: string, fingerprint: string, seen: Map<string, number>): string {
  const number = (seen.get(identity) ?? 0) + 1;
  seen.set(identity, number);
  return number === 1 ? fingerprint : `${fingerprint}:${number}`;
}

/** The way there; of a very long one both ends. */
function steps(path: Finding["path"]): object[] {
  const half = LIMITS.stepsOfPath / 2;
  const shown = path.length <= LIMITS.stepsOfPath ? path : [...path.slice(0, half), ...path.slice(-half)];
  return shown.map(({ location, label }) => ({
    location: { physicalLocation: physicalLocation(location), message: { text: text(label) } },
  }));
}

function suppressions({ suppressed }: Finding, known: boolean): object {
  if (suppressed !== null) {
    return { suppressions: [{ kind: "inSource", status: "accepted", justification: text(suppressed) }] };
  }
  if (known) {
    return { suppressions: [{ kind: "external", status: "accepted", justification: "It stands in the baseline." }] };
  }
  // §3.27.23: an empty list says "asked for, and there is none".
  return { suppressions: [] };
}

function open(entry: JudgedEntryPoint, { requirement, reason }: Answer, seen: Map<string, number>): object {
  const identity = `${requirement}\0${entry.location.file}\0${entry.name}`;
  const fingerprint = createHash("sha256").update(identity).digest("hex").slice(0, 32);
  return {
    ruleId: unknownRuleId(requirement),
    kind: "open",
    level: "none",
    message: { text: text(`${entry.name}: ${requirement} is unknown${reason === null ? "" : `: ${reason}`}`) },
    locations: [
      {
        physicalLocation: physicalLocation(entry.location),
        logicalLocations: [{ fullyQualifiedName: text(entry.name), kind: "function" }],
      },
    ],
    partialFingerprints: { [FINGERPRINT]: once(identity, fingerprint, seen) },
  };
}

/** JSON of a lone surrogate is refused by some readers, and an empty text by the schema's readers. */
function text(value: string): string {
  const sound = value.toWellFormed().slice(0, LIMITS.messageLength).toWellFormed();
  return sound === "" ? "–" : sound;
}
