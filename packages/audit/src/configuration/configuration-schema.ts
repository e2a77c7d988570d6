import { z } from "zod";

// Names are matched whole, so anything that is no name could never match.
const name = z
  .string()
  .regex(/^[A-Za-z_$][\w$.]*$/, "must be a name as the code has it, such as requireUser or auth.api.getSession");
const column = z.string().regex(/^[A-Za-z_]\w*$/, "must be the name of a column");
const reason = z.string().trim().min(1, "must say why").max(500);
const ruleId = z.string().regex(/^[a-z][a-z-]*\/[a-z0-9][a-z0-9-]*$/, "must be a rule: group/name");
const glob = z
  .string()
  .min(1)
  .max(300)
  .refine(
    (text) => !text.startsWith("/") && !/(?:^|[\\/])\.\.(?:[\\/]|$)/.test(text),
    "must be relative and stay inside",
  );

/** What each field of keys.config.json may hold; the descriptions are those of docs/audit.md and of editors. */
export const CONFIGURATION_FIELDS = {
  authHelpers: z
    .array(name)
    .describe("Functions that verify the caller and stop everybody else, such as requireUser or assertMember."),
  tenantColumns: z.array(column).describe("Columns that name the tenant, beside orgId, tenant_id and their kin."),
  scopedClients: z
    .array(name)
    .describe("Database clients that confine every statement to the caller's tenant by themselves."),
  publicRoutes: z
    .array(z.strictObject({ path: z.string().regex(/^\//, "must begin with /"), reason }))
    .describe("Routes anybody may call: exact paths or prefixes, each with the reason."),
  exclude: z.array(glob).describe("Paths that are left out, as globs relative to the audited folder."),
  disabledRules: z
    .array(z.strictObject({ rule: ruleId, reason }))
    .describe("Rules that are not run, each with the reason."),
} as const;

const document = z.strictObject({
  $schema: z.string().optional().describe("Where this schema is, for editors."),
  authHelpers: CONFIGURATION_FIELDS.authHelpers.optional(),
  tenantColumns: CONFIGURATION_FIELDS.tenantColumns.optional(),
  scopedClients: CONFIGURATION_FIELDS.scopedClients.optional(),
  publicRoutes: CONFIGURATION_FIELDS.publicRoutes.optional(),
  exclude: CONFIGURATION_FIELDS.exclude.optional(),
  disabledRules: CONFIGURATION_FIELDS.disabledRules.optional(),
});

/** JSON Schema (2020-12) of keys.config.json, for editors; `schema/keys.config.schema.json` holds it. */
export function configurationJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(document, { io: "input" }), title: "keys.config.json" };
}
