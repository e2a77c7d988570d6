import type { Summary } from "../../api/answers.ts";
import { providerOfModel } from "../../format/providers.ts";

/** One model, or all that are not among the first. */
export interface Series {
  readonly id: string;
  readonly name: string;
  readonly isModel: boolean;
  /** A CSS variable. */
  readonly colour: string;
  readonly totalNanousd: string;
}

export interface Column {
  /** `2026-11-22`, UTC. */
  readonly day: string;
  readonly requests: number;
  readonly totalNanousd: string;
  /** In the order of the series. */
  readonly parts: readonly string[];
}

export interface Stack {
  readonly series: readonly Series[];
  readonly columns: readonly Column[];
}

/** Beyond these a reader does not tell colours apart; the rest is one series. */
const MOST = 6;
const OTHER = "other models";
const DAY = 86_400_000;

/** Every calendar day of the period as a column, days without a call included, so that time is to scale. */
export function stackDays(summary: Summary): Stack {
  const named = summary.groups.filter(({ id }) => id !== null).slice(0, MOST);
  const rest = summary.groups.filter((group) => !named.includes(group));
  const steps = new Map<string, number>();
  const series: Series[] = named.map(({ id, name, cost_nanousd: cost }) => {
    const family = providerOfModel(id ?? "") ?? "other";
    const step = (steps.get(family) ?? 0) + 1;
    steps.set(family, step);
    return {
      id: id ?? "",
      name,
      isModel: true,
      colour: `var(--${family}-${((step - 1) % 3) + 1})`,
      totalNanousd: cost,
    };
  });
  if (rest.length > 0) {
    const total = rest.reduce((sum, { cost_nanousd: cost }) => sum + BigInt(cost), 0n);
    series.push({ id: OTHER, name: OTHER, isModel: false, colour: "var(--other-3)", totalNanousd: total.toString() });
  }
  const known = new Set(named.map(({ id }) => id));
  const sums = new Map<string, bigint>();
  for (const { day, id, cost_nanousd: cost } of summary.group_days) {
    const key = `${day} ${known.has(id) ? id : OTHER}`;
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(cost));
  }
  const days = new Map(summary.days.map((each) => [each.day, each]));
  const columns = calendar(summary.since, summary.until).map((day) => ({
    day,
    requests: days.get(day)?.requests ?? 0,
    totalNanousd: days.get(day)?.cost_nanousd ?? "0",
    parts: series.map(({ id }) => (sums.get(`${day} ${id}`) ?? 0n).toString()),
  }));
  return { series, columns };
}

function calendar(since: string, until: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(`${since.slice(0, 10)}T00:00:00Z`); at <= Date.parse(until); at += DAY) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}
