import type {
  Authenticator,
  GlobalScope,
  KeyManifest,
  PublicAccess,
  RuntimeHost,
  Sql,
  TenantResolver,
} from "@meterr/runtime";
import type { Users } from "./ports.ts";

/** What every route under a tenant is made with. */
export interface RouteParts {
  readonly host: RuntimeHost;
  readonly manifest: KeyManifest;
  readonly auth: Authenticator;
  readonly tenant: TenantResolver;
}

/** For a caller who is known while the organisation is not, or not one alone. */
export interface GlobalParts {
  readonly host: RuntimeHost;
  readonly manifest: KeyManifest;
  readonly auth: Authenticator;
  readonly tenant: GlobalScope;
}

/** For a caller whose credential is a one-time token in the body. */
export interface PublicParts {
  readonly host: RuntimeHost;
  readonly manifest: KeyManifest;
  readonly auth: PublicAccess;
  readonly tenant: GlobalScope;
}

export interface Deps {
  readonly lookup: Sql;
  readonly users: Users;
  /** A new random UUID. */
  readonly newId: () => string;
  /** Cryptographically strong random bytes, for API tokens and invitations. */
  readonly randomBytes: (size: number) => Uint8Array;
}

/** Requests per minute. */
export const READ_LIMIT = { address: { points: 600, seconds: 60 }, tenant: { points: 1200, seconds: 60 } };
export const WRITE_LIMIT = { address: { points: 60, seconds: 60 }, tenant: { points: 120, seconds: 60 } };
/** Reading whether setup is open: what the setup page asks, at most now and then. */
export const OPEN_LIMIT = { address: { points: 120, seconds: 60 } };
/** A one-time token cannot be guessed; this bounds the work of hashing passwords, and leaves room for a weak one or a slip. */
export const ONE_TIME_LIMIT = { address: { points: 10, seconds: 300 } };
