import { CliError } from "../errors.ts";

const unit: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `45m`, `24h`, `30d`, `2w` in milliseconds. */
export function duration(text: string, option: string): number {
  const [, count = "", letter = ""] = /^([1-9][0-9]{0,4})([mhdw])$/.exec(text) ?? [];
  const size = unit[letter];
  if (size === undefined) throw new CliError("usage", `${option} takes a time such as 45m, 24h, 30d or 2w.`);
  return Number(count) * size;
}

/** A moment: `2026-11-01`, an ISO 8601 time, or a duration before now. As ISO 8601 in UTC. */
export function moment(text: string, option: string, now: Date): string {
  if (/^[0-9]+[mhdw]$/.test(text)) return new Date(now.getTime() - duration(text, option)).toISOString();
  const at = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(at.getTime())) {
    throw new CliError(
      "usage",
      `${option} takes a date such as 2026-11-01, an ISO 8601 time, or a time back such as 24h.`,
    );
  }
  return at.toISOString();
}
