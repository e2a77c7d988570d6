import { RuntimeError } from "../runtime-error.ts";
import { explainIssue } from "./explain-issue.ts";
import { keyManifestSchema, type KeyManifest } from "./key-manifest.ts";

const FIELDS = Object.keys(keyManifestSchema.shape);

/**
 * Checks the parsed content of a `key.json`.
 * Throws RuntimeError `manifest_invalid`, naming the fields and their fix, when it does not keep the schema
 * or opens a route without saying why.
 */
export function parseManifest(json: unknown): KeyManifest {
  const result = keyManifestSchema.safeParse(json);
  if (!result.success) {
    const fields = result.error.issues.map((issue) => explainIssue(issue, FIELDS));
    throw new RuntimeError("manifest_invalid", `key.json is not valid. ${fields.join("; ")}`);
  }
  const manifest = result.data;
  for (const route of manifest.exposed_routes) {
    const at = `${route.method.join(",")} ${route.path}`;
    if (route.auth.includes("public")) {
      if (route.auth.length > 1) refuse(`${at} is public and takes credentials: say one of the two`);
      if (manifest.public_reason === undefined) refuse(`${at} is public: public_reason must say why`);
      if (route.tenant_scope !== "global") refuse(`${at} is public: without a credential there is no tenant`);
    }
    if (route.tenant_scope === "global" && manifest.global_reason === undefined) {
      refuse(`${at} is global: global_reason must say why`);
    }
  }
  if (manifest.tenant_scope === "global" && manifest.global_reason === undefined) {
    refuse("tenant_scope is global: global_reason must say why");
  }
  const names = (manifest.jobs ?? []).map(({ name }) => name);
  if (manifest.jobs !== undefined && manifest.schema_version === "1.0.0") {
    refuse('jobs are of a later schema: write "1.1.0" as schema_version');
  }
  if (names.length > 0 && !manifest.key_type.includes("job")) refuse('jobs are declared: add "job" to key_type');
  if (manifest.exposed_routes.length > 0 && !manifest.key_type.includes("route")) {
    refuse('routes are declared: add "route" to key_type');
  }
  return Object.freeze(manifest);
}

function refuse(why: string): never {
  throw new RuntimeError("manifest_invalid", `key.json is not valid. ${why}`);
}
