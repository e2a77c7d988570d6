import { quietly } from "./quietly.ts";

/**
 * Every field an event may have. A closed list: what is not here is not logged. Values are bounded and of a known form,
 * so that neither a body, a message, an address with a query nor a credential fits.
 */
export interface EventFields {
  /** What happened, for example `integration.failed`. */
  readonly event: string;
  /** Slug of the KEY module. */
  readonly module?: string | null | undefined;
  /** `METHOD /path/:pattern`, never the path as it was sent. */
  readonly route?: string | null | undefined;
  readonly job?: string | null | undefined;
  readonly provider?: string | null | undefined;
  /** What was asked of the provider or the module, for example `subscriptions.list`. */
  readonly operation?: string | null | undefined;
  readonly tenant_id?: string | null | undefined;
  readonly request_id?: string | null | undefined;
  /** The provider's id of a delivery, for example `evt_…`. */
  readonly delivery_id?: string | null | undefined;
  readonly run_id?: string | null | undefined;
  readonly outcome?: string | null | undefined;
  /** Stable error code, never a message. */
  readonly code?: string | null | undefined;
  readonly circuit?: string | null | undefined;
  readonly status?: number | null | undefined;
  readonly attempt?: number | null | undefined;
  readonly count?: number | null | undefined;
  readonly duration_ms?: number | null | undefined;
  readonly retry_after_ms?: number | null | undefined;
  readonly retryable?: boolean | null | undefined;
}

declare const SAFE: unique symbol;

/** An event that went through `safeEvent`: fit for any log, whoever reads it. */
export type SafeEvent = EventFields & { readonly [SAFE]: true };

/** Where events go. Called synchronously, never awaited; what it throws is ignored. */
export type Events = (event: SafeEvent) => void;

type Form = (value: unknown) => boolean;

const text =
  (pattern: RegExp): Form =>
  (value) =>
    typeof value === "string" && pattern.test(value) && !CREDENTIAL.test(value);
const count: Form = (value) => typeof value === "number" && Number.isFinite(value);

/** Lower-case words joined by dots, hyphens or underscores. */
const WORD = text(/^[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*$/);
/** Ours are words; drivers' and platforms' are not: `57P01`, `ECONNRESET`. */
const CODE = text(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/);
const ID = text(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/);
const ROUTE = text(/^[A-Z]{3,7} \/[A-Za-z0-9/_:.-]{0,199}$/);
/** How the best known credentials begin. They have no business in an id; if one comes as such, it is not logged. */
const CREDENTIAL =
  /(?:^|[^A-Za-z0-9])(?:sk|rk|pk|whsec|mtr|gh[opsru]|github_pat|glpat|xox[a-z]|AKIA|ASIA|AIza|ya29|eyJ)[-_.]?[A-Za-z0-9_-]{8}/;

const FORMS: { readonly [Field in keyof EventFields]-?: Form } = {
  event: WORD,
  module: WORD,
  route: ROUTE,
  job: WORD,
  provider: WORD,
  operation: WORD,
  tenant_id: ID,
  request_id: ID,
  delivery_id: ID,
  run_id: ID,
  outcome: WORD,
  code: CODE,
  circuit: WORD,
  status: count,
  attempt: count,
  count,
  duration_ms: count,
  retry_after_ms: count,
  retryable: (value) => typeof value === "boolean",
};
const MAX_WORD = 128;

/**
 * Keeps the allow-listed fields whose value has that field's form; of any other value only `[redacted]` remains, and of
 * any other field nothing. Never throws, whatever it is given.
 */
export function safeEvent(fields: EventFields): SafeEvent {
  const event: Record<string, unknown> = {};
  for (const [name, isOfForm] of Object.entries(FORMS)) {
    const value = read(fields, name);
    if (value === undefined || value === null) continue;
    const isShort = typeof value !== "string" || value.length <= MAX_WORD * 2;
    event[name] = isShort && isOfForm(value) ? value : "[redacted]";
  }
  return Object.freeze(event) as unknown as SafeEvent;
}

/** Hands an event to its sink, safe to log; a sink that throws changes nothing. */
export function emitEvent(events: Events | undefined, fields: EventFields): void {
  if (events === undefined) return;
  quietly(() => events(safeEvent(fields)));
}

function read(fields: EventFields, name: string): unknown {
  try {
    return Object.hasOwn(fields, name) ? fields[name as keyof EventFields] : undefined;
  } catch {
    return "";
  }
}
