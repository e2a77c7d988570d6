import type { WebhookDelivery } from "./webhooks/delivery.ts";

/** Whose rows a member may see: all of the tenant's, or only those of the member itself. */
export type Visibility = "tenant" | "subject";

/** One tenant a principal belongs to, read from the server's own records on this request. */
export interface Membership {
  /** The organisation's id, a UUID. */
  readonly tenantId: string;
  /** The member's id inside that tenant, a UUID. */
  readonly subjectId: string;
  readonly role: string;
  readonly visibility: Visibility;
}

export type PrincipalKind = "session" | "jwt" | "api_token" | "webhook" | "service_account";

/** Who a verified credential belongs to. Made by authenticators only; nothing in it comes from a claim of the client. */
export interface Principal {
  readonly kind: PrincipalKind;
  /** The user's, token's or account's stable id. Never the credential. */
  readonly id: string;
  /** What a person reads in a log: a name or an address. */
  readonly label: string;
  readonly memberships: readonly Membership[];
  /** The id of the credential's row (a session's id, a token's id, a `jti`), never the credential. */
  readonly credentialId?: string;
  /** Of kind `webhook` always: what was delivered. */
  readonly delivery?: WebhookDelivery;
}
