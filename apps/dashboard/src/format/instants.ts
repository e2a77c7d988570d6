const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `just now`, `4 min ago`, `3 h ago`, `2 days ago`, `in 3 days`; beyond a month the date itself. */
export function relativeTime(instant: string, now: number): string {
  const away = Date.parse(instant) - now;
  const distance = Math.abs(away);
  if (distance < MINUTE) return away <= 0 ? "just now" : "in a moment";
  if (distance > 31 * DAY) return instant.slice(0, 10);
  const words = inWords(distance);
  return away <= 0 ? `${words} ago` : `in ${words}`;
}

function inWords(distance: number): string {
  if (distance < HOUR) return `${Math.floor(distance / MINUTE)} min`;
  if (distance < DAY) return `${Math.floor(distance / HOUR)} h`;
  const days = Math.floor(distance / DAY);
  return days === 1 ? "1 day" : `${days} days`;
}

/** `2026-11-22 04:16:41 UTC`, for where the reader's zone is not known. */
export function utcTime(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`;
}

/** `22 Nov`, of a calendar day `2026-11-22`. */
export function shortDay(day: string): string {
  const month = MONTHS[Number(day.slice(5, 7)) - 1] ?? "";
  return `${Number(day.slice(8, 10))} ${month}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `840 ms`, `1.24 s`. */
export function shortDuration(milliseconds: number): string {
  return milliseconds < 1_000 ? `${milliseconds} ms` : `${(milliseconds / 1_000).toFixed(2)} s`;
}
