/** Digits enough for a year of seconds; more is no delay but an error. */
const SECONDS = /^\d{1,8}$/;
// RFC 9110 §5.6.7: only IMF-fixdate is generated; the two obsolete forms are not worth a parser's leniency.
const IMF_FIXDATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** `Retry-After` (RFC 9110 §10.2.3) in milliseconds from `now` (milliseconds since 1970), at least 0; null when it says nothing. */
export function parseRetryAfter(header: string | null, now: number): number | null {
  const value = header?.trim() ?? "";
  if (SECONDS.test(value)) return Number(value) * 1000;
  if (!IMF_FIXDATE.test(value)) return null;
  const at = Date.parse(value);
  return Number.isFinite(at) && Number.isFinite(now) ? Math.max(0, at - now) : null;
}
