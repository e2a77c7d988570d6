import type { Page, Refusal, UsageEvent } from "../../../api/answers.ts";

export type RequestRow =
  | { readonly kind: "event"; readonly id: string; readonly at: string; readonly event: UsageEvent }
  | { readonly kind: "refusal"; readonly id: string; readonly at: string; readonly refusal: Refusal };

/** What was read of the two lists so far. */
export interface Read {
  readonly events: Page<UsageEvent>;
  readonly refusals: Page<Refusal>;
}

/**
 * One list of two, newest first. Where one list was read less far back than the other, the rest of the other is held
 * back: between two rows shown there is never one that was not read yet.
 */
export function mergeRequests(read: Read, keep: (refusal: Refusal) => boolean): RequestRow[] {
  const horizon = [horizonOf(read.events), horizonOf(read.refusals)].toSorted().at(-1) ?? "";
  const rows: RequestRow[] = [
    ...read.events.items.map((event) => ({ kind: "event" as const, id: event.id, at: event.occurred_at, event })),
    ...read.refusals.items
      .filter(keep)
      .map((refusal) => ({ kind: "refusal" as const, id: refusal.id, at: refusal.occurred_at, refusal })),
  ];
  return rows.filter(({ at }) => at >= horizon).toSorted((a, b) => compare(b.at, a.at) || compare(b.id, a.id));
}

/** Which lists to read on: those that end latest, since they hold the other back. */
export function behind(read: Read): { events: string | null; refusals: string | null } {
  const [events, refusals] = [horizonOf(read.events), horizonOf(read.refusals)];
  return {
    events: events >= refusals ? read.events.next_cursor : null,
    refusals: refusals >= events ? read.refusals.next_cursor : null,
  };
}

/** Rows that were read again, first; those known already keep their place and their number. */
export function refreshed<T extends { readonly id: string }>(known: Page<T>, newest: Page<T>): Page<T> {
  const seen = new Set(newest.items.map(({ id }) => id));
  const overlaps = newest.next_cursor === null || known.items.some(({ id }) => seen.has(id));
  // More came in than one page holds: what was known would leave a gap, so the list begins anew.
  if (!overlaps) return newest;
  return {
    items: [...newest.items, ...known.items.filter(({ id }) => !seen.has(id))],
    next_cursor: known.items.length === 0 ? newest.next_cursor : known.next_cursor,
  };
}

/** The instant before which the list was not read; empty when it was read to its end. */
function horizonOf(page: Page<{ readonly occurred_at: string }>): string {
  return page.next_cursor === null ? "" : (page.items.at(-1)?.occurred_at ?? "");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
