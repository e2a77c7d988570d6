import { fstatSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { z } from "zod";

const milliseconds = z.int().min(0).max(60_000);

const Settings = z.strictObject({
  host: z.string().min(1).default("127.0.0.1"),
  port: z.int().min(0).max(65_535).default(4010),
  /** JSON lines of every call; absent: memory only. */
  ledger_file: z.string().min(1).optional(),
  latency_ms: milliseconds.default(0),
  chunk_delay_ms: milliseconds.default(0),
  max_stall_ms: milliseconds.default(30_000),
});

export type Settings = z.infer<typeof Settings>;

/** Settings that cannot be used; the message says what to do. The process exits with 78. */
export class SettingsRefused extends Error {
  override readonly name = "SettingsRefused";
}

const NUMBERS = {
  port: "port",
  "latency-ms": "latency_ms",
  "chunk-delay-ms": "chunk_delay_ms",
  "max-stall-ms": "max_stall_ms",
} as const;

/** From the command line when it has arguments, else one JSON document on descriptor 3. Throws SettingsRefused. */
export function readSettings(argv: readonly string[]): Settings {
  const parsed = Settings.safeParse(argv.length > 0 ? fromArguments(argv) : fromDescriptor());
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join(".") || "(document)");
  throw new SettingsRefused(`these sandbox settings are not valid: ${fields.join(", ")}; see apps/sandbox/README.md`);
}

function fromArguments(argv: readonly string[]): Record<string, unknown> {
  const text = { type: "string" } as const;
  const options = {
    host: text,
    port: text,
    "ledger-file": text,
    "latency-ms": text,
    "chunk-delay-ms": text,
    "max-stall-ms": text,
  };
  let values;
  try {
    values = parseArgs({ args: [...argv], options }).values;
  } catch {
    throw new SettingsRefused(`unknown argument; known are --${Object.keys(options).join(" --")}`);
  }
  const found: Record<string, unknown> = { host: values.host, ledger_file: values["ledger-file"] };
  for (const [option, name] of Object.entries(NUMBERS) as [keyof typeof NUMBERS, string][]) {
    if (values[option] !== undefined) found[name] = Number(values[option]);
  }
  return found;
}

function fromDescriptor(): unknown {
  try {
    const kind = fstatSync(3);
    if (kind.isFIFO() || kind.isSocket() || kind.isFile()) return JSON.parse(readFileSync(3, "utf8"));
  } catch {
    // Not open, or no JSON: the same advice helps.
  }
  throw new SettingsRefused("no settings: give --port, or one JSON document on descriptor 3");
}
