/** What keys.config.json may say. Every name is in addition to what is known by default. */
export interface AuditConfiguration {
  /** Functions that verify a caller and stop everybody else: `requireUser`, `assertMember`. */
  readonly authHelpers: readonly string[];
  /** Columns that name the tenant, beside `orgId`, `tenant_id` and their kin. */
  readonly tenantColumns: readonly string[];
  /** Database clients that confine every statement to the caller's tenant by themselves. */
  readonly scopedClients: readonly string[];
  /** Routes anybody may call, as glob-less prefixes or exact paths, each with the reason. */
  readonly publicRoutes: readonly { readonly path: string; readonly reason: string }[];
  /** Paths left out, as globs relative to the root. */
  readonly exclude: readonly string[];
  /** Rules that are not run, each with the reason. */
  readonly disabledRules: readonly { readonly rule: string; readonly reason: string }[];
}

export const NO_CONFIGURATION: AuditConfiguration = {
  authHelpers: [],
  tenantColumns: [],
  scopedClients: [],
  publicRoutes: [],
  exclude: [],
  disabledRules: [],
};

export interface AuditOptions {
  /** The folder to audit; absolute. */
  readonly root: string;
  readonly configuration: AuditConfiguration;
  /**
   * Only findings in these files are reported (paths relative to the root), and those of entry points whose code leads
   * through one of them; the whole tree is read all the same. Null: all.
   */
  readonly only: ReadonlySet<string> | null;
  /** Where results are kept for the next run; null keeps none. */
  readonly cacheFolder: string | null;
  /** Told of progress on large trees. */
  readonly progress: ((done: number, of: number, stage: "reading" | "following") => void) | null;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
}
