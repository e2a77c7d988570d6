export interface AuditParams {
  readonly action?: string;
  /** A calendar day, UTC. */
  readonly since?: string;
  readonly until?: string;
}

/** The closed list of what is recorded. */
export const ACTIONS = [
  "setup.completed",
  "organisation.renamed",
  "member.invited",
  "member.invitation_revoked",
  "member.joined",
  "member.role_changed",
  "member.removed",
  "member.password_changed",
  "member.password_reset_issued",
  "member.password_reset",
  "api_token.minted",
  "api_token.revoked",
  "provider_secret.sealed",
  "provider_secret.rotated",
  "provider_secret.revoked",
  "virtual_key.minted",
  "virtual_key.limit_changed",
  "virtual_key.revoked",
  "virtual_key.suspended",
  "budget.changed",
  "budget.removed",
  "model_price.set",
] as const;

const DAY = /^\d{4}-\d\d-\d\d$/;
const DAY_LENGTH = 86_400_000;

/** What the API is asked of the page's address; what names nothing filters nothing. */
export function auditPath(params: AuditParams): string {
  const query = new URLSearchParams({ limit: "50" });
  if (ACTIONS.some((action) => action === params.action)) query.set("action", params.action ?? "");
  const since = dayOf(params.since);
  const until = dayOf(params.until);
  if (since !== null) query.set("since", new Date(since).toISOString());
  if (until !== null) query.set("until", new Date(until + DAY_LENGTH).toISOString());
  return `/api/v1/audit-log/entries?${query}`;
}

function dayOf(text: string | undefined): number | null {
  if (text === undefined || !DAY.test(text)) return null;
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(at) ? null : at;
}

/** `virtual_key.limit_changed` → `Virtual key: limit changed`. */
export function actionWords(action: string): string {
  const [subject = "", verb = ""] = action.replaceAll("_", " ").split(".");
  const name = subject.replace(/^api\b/, "API");
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}: ${verb}`;
}
