import type { Principal, PrincipalKind } from "./principal.ts";

export interface AuthenticationIo {
  /** The body's bytes, bounded; read once and shared with the validation gate. */
  rawBody(): Promise<Uint8Array>;
  now(): Date;
  readonly signal: AbortSignal;
}

/**
 * Verifies one kind of credential on the server.
 * `null` means the credential is not valid (401); throwing means "cannot tell" (503 `identity_unavailable`).
 */
export interface Authenticator {
  readonly name: string;
  readonly kind: PrincipalKind;
  /** Every kind it can answer with, when more than one (`anyOf`). */
  readonly kinds?: readonly PrincipalKind[];
  /** True when the request carries this kind of credential, valid or not. */
  presents(request: Request): boolean;
  authenticate(request: Request, io: AuthenticationIo): Promise<Principal | null>;
}

/** The only opt-out of authentication; `key.json` repeats the reason as `public_reason`. */
export interface PublicAccess {
  readonly kind: "public";
  readonly reason: string;
}

/** Says that a route needs no credential, and why. Throws a TypeError on an empty reason. */
export function publicAccess<const Reason extends string>(reason: Reason extends "" ? never : Reason): PublicAccess {
  if (reason.trim() === "") throw new TypeError("publicAccess needs a reason.");
  return Object.freeze({ kind: "public", reason });
}
