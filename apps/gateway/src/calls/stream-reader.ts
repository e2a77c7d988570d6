import { streamTap, type Endpoint } from "@meterr/metering";
import type { UsageReader } from "./usage-reader.ts";

/** Passes a streamed answer on past a tap that keeps the usage block and takes out the chunk we asked for ourselves. */
export function streamReader(endpoint: Endpoint, options: { removeUsage: boolean; sse: boolean }): UsageReader {
  const tap = streamTap(endpoint, {
    removeUsage: options.removeUsage,
    format: options.sse ? "sse" : "json-array",
  });
  return {
    keepsLength: !options.removeUsage,
    push: (chunk) => tap.push(chunk),
    end: () => tap.end(),
    usage() {
      const report = tap.report();
      if (report.extraction === null) return null;
      return { extraction: report.extraction, final: report.complete };
    },
  };
}
