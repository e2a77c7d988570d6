import type { Mode, Refusal } from "../../../api/answers.ts";
import { isProvider } from "../../../format/providers.ts";

/** The page's address, as it comes. */
export interface RequestParams {
  readonly mode?: string;
  readonly key?: string;
  readonly member?: string;
  readonly provider?: string;
  readonly model?: string;
  /** The one whose details are open. */
  readonly request?: string;
}

export interface RequestFilter {
  readonly mode: Mode;
  readonly key: string | null;
  readonly member: string | null;
  readonly provider: string | null;
  readonly model: string | null;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What does not name anything filters nothing. */
export function filterOf(params: RequestParams, mode: Mode): RequestFilter {
  const id = (text: string | undefined): string | null =>
    text !== undefined && UUID.test(text) ? text.toLowerCase() : null;
  const model = params.model?.trim().slice(0, 200) ?? "";
  return {
    mode,
    key: id(params.key),
    member: id(params.member),
    provider: params.provider !== undefined && isProvider(params.provider) ? params.provider : null,
    model: model === "" ? null : model,
  };
}

/** Rows of one page of each list. */
const PAGE = 50;

export function eventsPath(filter: RequestFilter, cursor?: string): string {
  const query = new URLSearchParams({ limit: String(PAGE), simulated: String(filter.mode === "test") });
  if (filter.key !== null) query.set("virtual_key_id", filter.key);
  if (filter.member !== null) query.set("member_id", filter.member);
  if (filter.provider !== null) query.set("provider", filter.provider);
  if (filter.model !== null) query.set("model", filter.model);
  if (cursor !== undefined) query.set("cursor", cursor);
  return `/api/v1/usage/events?${query}`;
}

export function refusalsPath(filter: RequestFilter, cursor?: string): string {
  const query = new URLSearchParams({ limit: String(PAGE) });
  if (filter.key !== null) query.set("virtual_key_id", filter.key);
  if (cursor !== undefined) query.set("cursor", cursor);
  return `/api/v1/usage/refusals?${query}`;
}

/** The API filters refusals by virtual key alone; the rest is done here. */
export function passes(refusal: Refusal, filter: RequestFilter): boolean {
  return (
    refusal.simulated === (filter.mode === "test") &&
    (filter.member === null || refusal.member_id === filter.member) &&
    (filter.provider === null || refusal.provider === filter.provider) &&
    (filter.model === null || refusal.model === filter.model)
  );
}
