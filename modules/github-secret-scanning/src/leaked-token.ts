/** Where GitHub found it. */
export interface LeakLocation {
  /** An `https:` address, or empty where GitHub gives none. Written by whoever leaked it: escape it. */
  readonly url: string;
  /** `content`, `commit`, `gist_content`, …, or `unknown`. */
  readonly source: string;
}

/** One token that stood in public. The token itself goes no further than this module. */
export interface LeakedToken {
  /** SHA-256 of the token's UTF-8, in 64 hex digits: what a host that keeps no tokens looks them up by. */
  readonly tokenHash: string;
  /** The name under which the token's pattern is registered with GitHub. */
  readonly type: string;
  /** At most 100, each once. */
  readonly locations: readonly LeakLocation[];
}

/**
 * - `revoked`: it was ours and is worth nothing any more;
 * - `known`: it was ours and was worth nothing before;
 * - `unknown`: it never was ours.
 */
export type Revocation = "revoked" | "known" | "unknown";

/**
 * Revokes the token of this hash everywhere, and resolves once that is committed. Must stand being asked twice.
 * Throwing means "not done": GitHub then hears 503.
 */
export type RevokeLeaked = (token: LeakedToken, io: { readonly signal: AbortSignal }) => Promise<Revocation>;
