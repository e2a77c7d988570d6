import type { KeyManifest } from "./manifest/key-manifest.ts";
import type { RouteKey } from "./route.ts";
import { RuntimeError } from "./runtime-error.ts";

/** A capability a host mounts: its manifest and the routes that manifest declares. */
export interface KeyModule {
  readonly manifest: KeyManifest;
  readonly routes: readonly RouteKey[];
}

/**
 * Joins a manifest and its routes.
 * Throws RuntimeError `manifest_disagrees` when a declared route is missing or a route belongs to another manifest.
 */
export function keyModule(parts: KeyModule): KeyModule {
  const built = new Set<string>();
  for (const route of parts.routes) {
    const { manifest, method, path } = route.definition;
    if (manifest !== parts.manifest) {
      throw new RuntimeError("manifest_disagrees", `${method} ${path} was made with another module's key.json.`);
    }
    built.add(`${method} ${path}`);
  }
  for (const declared of parts.manifest.exposed_routes) {
    for (const method of declared.method) {
      if (!built.has(`${method} ${declared.path}`)) {
        throw new RuntimeError("manifest_disagrees", `${method} ${declared.path} is in key.json and was not built.`);
      }
    }
  }
  return Object.freeze({ manifest: parts.manifest, routes: Object.freeze([...parts.routes]) });
}
