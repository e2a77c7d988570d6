/** What `/api/v1` answers, as far as pages read it. Money is whole nano-dollars in a string of digits. */

export type Provider = "openai" | "anthropic" | "google";
export type Role = "owner" | "admin" | "developer" | "viewer";
export type Mode = "live" | "test";

export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

export interface Me {
  readonly principal: { readonly kind: string; readonly id: string; readonly label: string };
  readonly memberships: readonly {
    readonly organisation: { readonly id: string; readonly name: string };
    readonly member_id: string;
    readonly email: string;
    readonly name: string;
    readonly role: Role;
  }[];
  readonly organisation_id: string | null;
  readonly member_id: string | null;
  readonly role: Role | null;
  readonly permissions: readonly string[];
}

export interface ProviderSecret {
  readonly id: string;
  readonly provider: Provider;
  readonly name: string;
  readonly hint: string;
  readonly status: "unverified" | "working" | "rejected" | "revoked";
  readonly status_detail: string | null;
  readonly checked_at: string | null;
  readonly simulated: boolean;
  readonly destination: string;
  readonly version: number;
  readonly created_by: string;
  readonly created_at: string;
  readonly revoked_at: string | null;
}

export interface VirtualKey {
  readonly id: string;
  readonly name: string;
  readonly mode: Mode;
  readonly display: string;
  readonly status: "active" | "revoked" | "expired" | "suspended";
  readonly suspended_reason: string | null;
  readonly member_id: string;
  readonly allowed_models: readonly string[] | null;
  readonly allowed_origins: readonly string[] | null;
  readonly providers: readonly { readonly provider: Provider; readonly provider_secret_id: string | null }[];
  readonly limit_nanousd: string | null;
  readonly spent_nanousd: string;
  readonly reserved_nanousd: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

/** The one answer that holds a virtual key in clear. */
export interface MintedKey extends VirtualKey {
  readonly key: string | null;
}

export interface UsageEvent {
  readonly id: string;
  readonly occurred_at: string;
  readonly settled_at: string;
  readonly source: string;
  readonly usage_source: string;
  readonly outcome: string;
  readonly simulated: boolean;
  readonly provider: Provider;
  readonly endpoint: string;
  readonly model_requested: string;
  readonly model_served: string | null;
  readonly virtual_key_id: string | null;
  readonly provider_secret_id: string | null;
  readonly member_id: string | null;
  readonly request_id: string;
  readonly upstream_request_id: string | null;
  readonly status: number | null;
  readonly stream: boolean;
  readonly ttfb_ms: number | null;
  readonly duration_ms: number | null;
  readonly usage: Readonly<Record<string, number>>;
  readonly extra_units: Readonly<Record<string, number>>;
  readonly price_version: string | null;
  readonly cost_nanousd: string;
}

export interface Refusal {
  readonly id: string;
  readonly occurred_at: string;
  readonly virtual_key_id: string;
  readonly member_id: string;
  readonly simulated: boolean;
  readonly provider: Provider;
  readonly endpoint: string;
  readonly model: string | null;
  readonly code: string;
  readonly status: number;
  readonly request_id: string;
}

export interface Sums {
  readonly requests: number;
  readonly failed: number;
  readonly input_tokens: number;
  readonly cached_tokens: number;
  readonly output_tokens: number;
  readonly cost_nanousd: string;
}

export type Breakdown = "provider" | "model" | "member" | "virtual_key";

export interface Summary {
  readonly since: string;
  readonly until: string;
  readonly simulated: boolean;
  readonly by: Breakdown;
  readonly total: Sums | null;
  readonly days: readonly (Sums & { readonly day: string })[];
  readonly groups: readonly (Sums & { readonly id: string | null; readonly name: string })[];
  readonly group_days: readonly (Sums & { readonly day: string; readonly id: string | null })[];
}

export interface Member {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly status: "active" | "invited";
  readonly created_at: string;
  readonly expires_at: string | null;
}

export interface Budget {
  readonly id: string;
  readonly scope: "organisation" | "member";
  /** Null: the organisation's. */
  readonly member_id: string | null;
  readonly limit_nanousd: string;
  readonly spent_nanousd: string;
  readonly reserved_nanousd: string;
  readonly created_at: string;
}

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly display: string;
  readonly member_id: string;
  readonly status: "active" | "revoked" | "expired";
  readonly created_at: string;
  readonly expires_at: string | null;
}

export interface AuditEntry {
  readonly sequence: string;
  readonly id: string;
  readonly at: string;
  readonly actor: { readonly kind: string; readonly id: string; readonly label: string };
  readonly action: string;
  readonly subject: { readonly type: string; readonly id: string };
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
  readonly request_id: string;
  readonly address: string;
  readonly hash: string;
}

export interface AuditVerdict {
  readonly intact: boolean;
  readonly checked_at: string;
  readonly entries_followed: string;
  readonly signed_head: { readonly sequence: string; readonly at: string } | null;
  readonly first_bad: { readonly sequence: string; readonly problem: string; readonly detail: string } | null;
}

export interface ModelPrice {
  readonly provider: Provider;
  readonly model: string;
  readonly version: string;
  readonly source: string;
  /** US dollars per million tokens, by field. */
  readonly prices: Readonly<Record<string, string>>;
  readonly tiered: boolean;
  readonly created_at: string | null;
}
