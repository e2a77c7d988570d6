import { z } from "zod";

// The parts of SARIF 2.1.0 the report uses, strictly: a property the standard does not name at its place is refused, as its
// own schema does (additionalProperties is false throughout). Sections are those of the OASIS standard.
const message = z.strictObject({ text: z.string().min(1), markdown: z.string().min(1).optional() }); // §3.11
const level = z.enum(["none", "note", "warning", "error"]); // §3.27.10
const line = z.int().min(1);

/** §3.4: a relative reference without anything that would have to be encoded. */
const artifactLocation = z.strictObject({
  uri: z.string().regex(/^(?:[\w.~-]|%[0-9A-F]{2}|\/)+$/),
  uriBaseId: z.literal("%SRCROOT%"),
});
const region = z // §3.30
  .strictObject({ startLine: line, startColumn: line.optional(), endLine: line.optional(), endColumn: line.optional() })
  .refine(
    ({ startLine, startColumn = 1, endLine = startLine, endColumn = Infinity }) =>
      endLine > startLine || (endLine === startLine && endColumn >= startColumn),
    "a region ends where it starts or later",
  );
const physicalLocation = z.strictObject({ artifactLocation, region: region.optional() }); // §3.29
const location = z.strictObject({
  physicalLocation,
  message: message.optional(),
  logicalLocations: z.array(z.strictObject({ fullyQualifiedName: z.string().min(1), kind: z.string() })).optional(),
}); // §3.28

const result = z // §3.27
  .strictObject({
    ruleId: z.string().regex(/^[a-z-]+\/[a-z0-9-]+$/),
    ruleIndex: z.int().min(0).optional(),
    kind: z.enum(["fail", "open"]),
    level,
    message,
    locations: z.array(location).length(1),
    partialFingerprints: z.record(z.string().regex(/\/v\d+$/), z.string().min(1)),
    codeFlows: z
      .array(
        z.strictObject({
          threadFlows: z
            .array(z.strictObject({ locations: z.array(z.strictObject({ location })).min(1).max(10_000) }))
            .min(1),
        }),
      )
      .min(1)
      .optional(),
    suppressions: z
      .array(
        z.strictObject({
          kind: z.enum(["inSource", "external"]),
          status: z.literal("accepted"),
          justification: z.string().min(1),
        }),
      )
      .optional(),
    baselineState: z.enum(["new", "unchanged"]).optional(),
  })
  .refine(({ kind, level }) => (kind === "fail") === (level !== "none"), "§3.27.9: a level goes with `fail` alone");

const descriptor = z.strictObject({
  id: z.string().min(1),
  name: z
    .string()
    .regex(/^[A-Z][A-Za-z0-9]*$/)
    .optional(),
  shortDescription: z.strictObject({ text: z.string().min(1).max(1024) }),
  fullDescription: z.strictObject({ text: z.string().min(1).max(1024) }).optional(),
  help: message.optional(),
  defaultConfiguration: z.strictObject({ level }).optional(),
  properties: z
    .strictObject({
      tags: z.array(z.string()).max(20),
      precision: z.enum(["very-high", "high", "medium", "low"]).optional(),
      "problem.severity": z.enum(["error", "warning", "recommendation"]).optional(),
      "security-severity": z
        .string()
        .regex(/^\d\.\d$/)
        .optional(),
    })
    .refine(({ tags }) => new Set(tags).size === tags.length, "tags are distinct")
    .optional(),
}); // §3.49

const notification = z.strictObject({
  descriptor: z.strictObject({ id: z.string() }).optional(),
  level,
  message,
  locations: z.array(location).optional(),
}); // §3.58

const run = z.strictObject({
  tool: z.strictObject({
    driver: z.strictObject({
      name: z.string().min(1),
      organization: z.string(),
      semanticVersion: z.string().regex(/^\d+\.\d+\.\d+/),
      rules: z.array(descriptor).max(25_000),
      notifications: z.array(descriptor),
    }),
  }),
  columnKind: z.literal("utf16CodeUnits"),
  originalUriBaseIds: z.strictObject({ "%SRCROOT%": z.strictObject({ description: message }) }),
  results: z.array(result).max(25_000),
  invocations: z
    .array(z.strictObject({ executionSuccessful: z.boolean(), toolExecutionNotifications: z.array(notification) }))
    .length(1),
}); // §3.14

export const SARIF_SHAPE = z.strictObject({
  $schema: z.url(),
  version: z.literal("2.1.0"),
  runs: z.array(run).length(1),
});
export type SarifLog = z.infer<typeof SARIF_SHAPE>;
export type SarifRun = SarifLog["runs"][number];
