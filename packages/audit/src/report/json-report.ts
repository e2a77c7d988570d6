import { shownExcerpt } from "./mask-secrets.ts";
import { inOrder, isIncomplete, totalsOf, type Reported } from "./reported.ts";

/** The whole result as one JSON document, an entry a line, in parts to be written one after the other. */
export function* jsonReport(reported: Reported): Generator<string> {
  const { result, compared, rules, hasBaseline, version } = reported;
  const fixes = new Map(rules.map(({ id, fix }) => [id, fix]));
  const known = new Set(compared.known);
  const head = {
    version: 1,
    tool: { name: "keys audit", version },
    root: result.root,
    files: result.files,
    durationMs: Math.round(result.duration),
    cached: result.cached,
    incomplete: isIncomplete(result),
    totals: totalsOf(reported),
    baseline: hasBaseline ? { known: compared.known.length, gone: compared.gone } : null,
  };
  yield `${JSON.stringify(head, null, 2).replace(/\n\}$/, "")},\n`;
  yield* list(
    "findings",
    inOrder(result.findings).map((finding) => ({
      ...finding,
      excerpt: shownExcerpt(finding),
      state: finding.suppressed !== null ? "suppressed" : known.has(finding) ? "known" : "new",
      fix: fixes.get(finding.rule) ?? null,
    })),
    ",",
  );
  yield* list("entryPoints", result.entryPoints, ",");
  yield* list("diagnostics", result.diagnostics, "");
  yield "}\n";
}

function* list(name: string, entries: readonly object[], after: string): Generator<string> {
  yield `  "${name}": [`;
  for (const [index, entry] of entries.entries()) yield `${index === 0 ? "\n" : ",\n"}    ${JSON.stringify(entry)}`;
  yield `${entries.length === 0 ? "" : "\n  "}]${after}\n`;
}
