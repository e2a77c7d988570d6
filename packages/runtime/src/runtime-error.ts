export type RuntimeErrorCode =
  | "manifest_invalid"
  | "manifest_disagrees"
  | "route_invalid"
  | "mount_invalid"
  | "tenant_refused"
  | "transaction_closed"
  | "transaction_failed"
  | "job_invalid"
  | "data_invalid"
  | "identifier_invalid"
  | "assumptions_broken"
  | "environment_missing"
  | "webhook_invalid"
  | "webhook_secret_invalid"
  | "webhook_keys_unavailable"
  | "proxy_invalid"
  | "limiter_full"
  | "limits_invalid"
  | "body_already_read"
  | "peer_missing"
  | "secret_invalid"
  | "integration_invalid"
  | "entitlement_invalid"
  | "ui_invalid";

/** A fault of the program or its configuration, found at construction. Never shown to a client. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
  readonly code: RuntimeErrorCode;
  readonly retryable = false;

  constructor(code: RuntimeErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
