import { z } from "zod";
import { AuditError } from "../audit-error.ts";
import type { Finding } from "../findings/finding.ts";

/** The name of the file, at the root of what is audited. */
export const BASELINE_FILE = "keys.baseline.json";

const document = z.strictObject({
  version: z.literal(1),
  findings: z.array(
    z.strictObject({ fingerprint: z.string().min(1), rule: z.string(), file: z.string(), message: z.string() }),
  ),
});

/** Violations that were there when the audit was begun with: known, and to be mended in time. */
export type Baseline = z.infer<typeof document>;

/** What is compared with a baseline. */
export interface Compared {
  /** Violations the baseline does not hold. */
  readonly fresh: readonly Finding[];
  /** Those it holds. */
  readonly known: readonly Finding[];
  /** Entries that are found no longer: `--update-baseline` removes them. */
  readonly gone: number;
}

/**
 * Reads a baseline file.
 * @throws AuditError `baseline_invalid`
 */
export function parseBaseline(text: string): Baseline {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AuditError("baseline_invalid", "The baseline is not JSON.");
  }
  const read = document.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const place = issue?.path.map(String).join(".") ?? "";
  throw new AuditError("baseline_invalid", `The baseline is not one of ours${place === "" ? "" : ` (${place})`}.`);
}

/** A baseline of everything that is found and not suppressed in the code, in an order that keeps diffs small. */
export function baselineOf(findings: readonly Finding[]): Baseline {
  const entries = findings
    .filter(({ suppressed }) => suppressed === null)
    .map(({ fingerprint, rule, location, message }) => ({ fingerprint, rule, file: location.file, message }));
  const order = ({ file, rule, fingerprint }: (typeof entries)[number]): string => `${file}\0${rule}\0${fingerprint}`;
  return { version: 1, findings: entries.toSorted((one, other) => (order(one) < order(other) ? -1 : 1)) };
}

/** The file's content; the same findings make the same bytes. */
export function formatBaseline(baseline: Baseline): string {
  return `${JSON.stringify(baseline, null, 2)}\n`;
}

/** Divides findings by a baseline. An entry stands for one finding: a second copy of a known one is new. */
export function compareWithBaseline(findings: readonly Finding[], baseline: Baseline | null): Compared {
  const left = new Map<string, number>();
  for (const { rule, fingerprint } of baseline?.findings ?? []) {
    const entry = `${rule}\0${fingerprint}`;
    left.set(entry, (left.get(entry) ?? 0) + 1);
  }
  const [fresh, known]: [Finding[], Finding[]] = [[], []];
  for (const finding of findings) {
    if (finding.suppressed !== null) continue;
    const entry = `${finding.rule}\0${finding.fingerprint}`;
    const count = left.get(entry) ?? 0;
    left.set(entry, Math.max(0, count - 1));
    (count > 0 ? known : fresh).push(finding);
  }
  return { fresh, known, gone: [...left.values()].reduce((sum, count) => sum + count, 0) };
}
