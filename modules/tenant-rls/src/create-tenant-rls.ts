import { keyModule, parseManifest, type KeyModule } from "@meterr/runtime";
import manifestJson from "../key.json" with { type: "json" };

/** The module as a host lists it. It mounts no route and owns no table: it secures those it is given. */
export function createTenantRls(): KeyModule {
  const manifest = parseManifest(manifestJson);
  const sideEffects = [
    "changes row-level security and policies of the tables it is given",
    "writes probe rows that are always rolled back",
  ];
  return keyModule({ manifest, sideEffects });
}
