import { gzipSync } from "node:zlib";
import type { Diagnostic } from "../../findings/finding.ts";
import type { Reported } from "../reported.ts";
import { driver } from "./driver.ts";
import { LIMITS } from "./limits.ts";
import { artifactLocation } from "./location.ts";
import { sarifResults } from "./results.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const MOST_NOTIFICATIONS = 1_000;
/** Below it nothing needs to be compressed to know that it fits. */
const SURELY_FITS = LIMITS.gzipBytes;

/**
 * SARIF 2.1.0 in parts to be written one after the other: violations alone unless unknowns were asked for. It holds neither
 * times nor machine paths, so the same code gives the same bytes.
 */
export function* sarifReport(reported: Reported): Generator<string> {
  const { result, rules, version, includeUnknown } = reported;
  const tool = JSON.stringify({ driver: driver(rules, version, includeUnknown) });
  yield `{"$schema":${JSON.stringify(SCHEMA)},"version":"2.1.0","runs":[{\n"tool":${tool},\n`;
  yield '"columnKind":"utf16CodeUnits",\n';
  yield `"originalUriBaseIds":${JSON.stringify({ "%SRCROOT%": { description: { text: "The audited folder" } } })},\n`;
  yield '"results":[';
  const { texts, leftOut } = fitting(sarifResults(reported));
  for (const [index, text] of texts.entries()) yield `${index === 0 ? "\n" : ",\n"}${text}`;
  yield "\n],\n";
  const notifications = result.diagnostics.slice(0, MOST_NOTIFICATIONS).map(notification);
  const untold = result.diagnostics.length - notifications.length;
  if (untold > 0) notifications.push(leaving(`${untold} more notifications were left out.`));
  if (leftOut > 0)
    notifications.push(leaving(`${leftOut} results, the least severe, were left out to stay within GitHub's limits.`));
  // GitHub refuses a run that was not successful as a whole, results and all; what could not be judged is notified.
  const invocation = { executionSuccessful: true, toolExecutionNotifications: notifications };
  yield `"invocations":[${JSON.stringify(invocation)}]\n}]}\n`;
}

/** As many results as may be sent; what matters most comes first. */
function fitting(results: Iterable<object>): { texts: string[]; leftOut: number } {
  const texts: string[] = [];
  let length = 0;
  let leftOut = 0;
  for (const result of results) {
    if (texts.length >= LIMITS.results) {
      leftOut++;
      continue;
    }
    const text = JSON.stringify(result);
    texts.push(text);
    length += text.length;
  }
  if (length <= SURELY_FITS / 3) return { texts, leftOut }; // three bytes a character at most
  // Batches compressed one by one are larger than the whole compressed at once: an upper bound.
  const batch = 250;
  let bytes = 0;
  for (let from = 0; from < texts.length; from += batch) {
    bytes += gzipSync(texts.slice(from, from + batch).join(",\n")).length;
    if (bytes > LIMITS.gzipBytes) return { texts: texts.slice(0, from), leftOut: leftOut + texts.length - from };
  }
  return { texts, leftOut };
}

function notification({ file, line, kind, message }: Diagnostic): object {
  return {
    descriptor: { id: kind },
    level: kind === "suppression" ? "warning" : "error",
    message: { text: `${file}: ${message}`.toWellFormed() },
    ...(file === ""
      ? {}
      : {
          locations: [
            {
              physicalLocation: { artifactLocation: artifactLocation(file), region: { startLine: Math.max(1, line) } },
            },
          ],
        }),
  };
}

function leaving(text: string): object {
  return { descriptor: { id: "left_out" }, level: "warning", message: { text } };
}
