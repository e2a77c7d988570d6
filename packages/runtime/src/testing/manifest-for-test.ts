import { MANIFEST_VERSIONS, type ExposedRoute, type KeyManifest } from "../manifest/key-manifest.ts";
import { parseManifest } from "../manifest/parse-manifest.ts";

/** A complete manifest around the routes a test needs. */
export function manifestForTest(
  routes: readonly (Omit<ExposedRoute, "description"> & { description?: string })[],
  more: Partial<KeyManifest> = {},
): KeyManifest {
  return parseManifest({
    schema_version: MANIFEST_VERSIONS.at(-1),
    slug: "test-module",
    title: "Test module",
    description: "Made for a test.",
    tool: "node",
    key_type: ["route"],
    runtime: ["node"],
    version: "1.0.0",
    side_effects: [],
    required_env: [],
    optional_env: [],
    exposed_routes: routes.map((route) => ({ description: "A route.", ...route })),
    tenant_scope: "per-request-tenant-id",
    compatibility: {},
    dependencies: [],
    tables: [],
    license_spdx: "Apache-2.0",
    ...more,
  });
}
