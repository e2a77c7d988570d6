/** A failure to be logged. It names an error and its code and never carries its message, which might hold an address or a link. */
export interface IdentityFailure {
  readonly event: "identity_failure" | "identity_library_failure" | "identity_mail_failure" | "password_set_unrecorded";
  readonly name: string;
  /** Such as an SQLSTATE or ECONNREFUSED. */
  readonly code: string | null;
}

/** What may be said of an error. */
export function describeFailure(event: IdentityFailure["event"], error: unknown): IdentityFailure {
  if (!(error instanceof Error)) return { event, name: "unknown", code: null };
  const code: unknown = Reflect.get(error, "code");
  const plain = typeof code === "string" && /^[A-Za-z0-9_]{1,40}$/.test(code);
  return { event, name: error.name, code: plain ? code : null };
}
