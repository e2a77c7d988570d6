import type { z } from "zod";
import type { Diagnostic } from "../findings/finding.ts";
import { NO_CONFIGURATION, type AuditConfiguration } from "../findings/options.ts";
import { CONFIGURATION_FIELDS } from "./configuration-schema.ts";
import { readJsonDocument } from "./json-document.ts";

/** The name of the file, at the root of what is audited. */
export const CONFIGURATION_FILE = "keys.config.json";

export interface ReadConfiguration {
  readonly configuration: AuditConfiguration;
  /** One for everything that was not understood; the audit is then incomplete. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads keys.config.json. Never throws: a field that is unknown or wrong is said with its line and left at its default,
 * and the others count.
 * @param text null when there is no file
 * @param rules ids of the rules there are; null when they are not known
 */
export function readConfiguration(text: string | null, rules: ReadonlySet<string> | null): ReadConfiguration {
  if (text === null) return { configuration: NO_CONFIGURATION, diagnostics: [] };
  const document = readJsonDocument(text);
  if ("message" in document) return nothing(document.line, document.message);
  const { value, lineOf } = document;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return nothing(1, "must be an object");

  const diagnostics: Diagnostic[] = [];
  const complain = (path: readonly PropertyKey[], message: string): void => {
    diagnostics.push({ file: CONFIGURATION_FILE, line: lineOf(path), kind: "configuration", message });
  };
  const entries = new Map<string, unknown>(Object.entries(value));
  for (const name of entries.keys()) {
    if (name !== "$schema" && !Object.hasOwn(CONFIGURATION_FIELDS, name)) {
      complain(
        [name],
        `${JSON.stringify(name)} is no field; there are ${Object.keys(CONFIGURATION_FIELDS).join(", ")}`,
      );
    }
  }
  const field = <Value>(name: keyof typeof CONFIGURATION_FIELDS, schema: z.ZodType<Value[]>): Value[] => {
    if (!entries.has(name)) return [];
    const read = schema.safeParse(entries.get(name));
    if (read.success) return read.data;
    for (const { path, message } of read.error.issues) {
      complain([name, ...path], `${[name, ...path].map(String).join(".")}: ${message}`);
    }
    return [];
  };
  const fields = CONFIGURATION_FIELDS;
  const disabled = field("disabledRules", fields.disabledRules);
  disabled.forEach(({ rule }, index) => {
    if (rules !== null && !rules.has(rule)) complain(["disabledRules", index, "rule"], `there is no rule ${rule}`);
  });
  const configuration: AuditConfiguration = {
    authHelpers: field("authHelpers", fields.authHelpers),
    tenantColumns: field("tenantColumns", fields.tenantColumns),
    scopedClients: field("scopedClients", fields.scopedClients),
    publicRoutes: field("publicRoutes", fields.publicRoutes),
    exclude: field("exclude", fields.exclude),
    disabledRules: disabled,
  };
  return { configuration, diagnostics };
}

function nothing(line: number, message: string): ReadConfiguration {
  return {
    configuration: NO_CONFIGURATION,
    diagnostics: [
      { file: CONFIGURATION_FILE, line, kind: "configuration", message: `${message}; no configuration is used` },
    ],
  };
}
