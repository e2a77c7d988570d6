import type { KeyManifest } from "@meterr/runtime";

/** One file of a module as it is copied into a host. */
export interface ModuleFile {
  /** Relative to the module's folder, with `/`: "esm/index.js". */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What `list` and `info` need to know of a module. */
export interface ModuleSummary {
  readonly manifest: KeyManifest;
  /** npm package to semver range, as they are written into the host's package.json. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** npm packages the module uses and the host chooses the version of. */
  readonly peers: Readonly<Record<string, string>>;
}

/** A module ready to be copied. `files` are sorted by path. */
export interface ModuleCopy extends ModuleSummary {
  readonly files: readonly ModuleFile[];
}

/** The modules that can be added to a host. Both methods throw KeysError `unknown_module` for any other slug. */
export interface Catalogue {
  slugs(): Promise<readonly string[]>;
  summary(slug: string): Promise<ModuleSummary>;
  load(slug: string): Promise<ModuleCopy>;
}
