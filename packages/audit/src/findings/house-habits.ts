import type { KeptEntry } from "../cache/entry-cache.ts";

/** What is said of one who has forgotten to ask: said of several in one file, it is said of how they are written. */
const OF_ODD_ONES = new Set(["auth/missing-role", "tenant/unscoped-query"]);

/**
 * Whoever forgets to ask forgets it in one place. Where several handlers of a file are found to have forgotten the same,
 * and each of them has to do with code that is not seen, it is a habit of the house that is not understood: unknown, and
 * not violated. Where all there is to a handler is seen, it stays.
 */
export function withoutHouseHabits<Entry extends KeptEntry>(judgements: readonly Entry[]): readonly Entry[] {
  const alike = new Map<string, Entry[]>();
  for (const one of judgements)
    for (const key of new Set(one.findings.flatMap((finding) => keyOf(finding) ?? []))) {
      const others = alike.get(key);
      if (others === undefined) alike.set(key, [one]);
      else others.push(one);
    }
  const habits = new Map<string, number>();
  for (const [key, ones] of alike)
    if (ones.every((one) => one.mayHaveAsked)) {
      // One handler may be found in two ways: as what its framework calls it, and as what its builder makes of it.
      const places = new Set(ones.map((one) => placesOf(one, key)));
      if (places.size > 1) habits.set(key, places.size);
    }
  return habits.size === 0 ? judgements : judgements.map((one) => withoutThose(one, habits));
}

function withoutThose<Entry extends KeptEntry>(one: Entry, habits: ReadonlyMap<string, number>): Entry {
  const isHabit = (finding: Finding): boolean => habits.has(keyOf(finding) ?? "");
  const habitual = one.findings.filter(isHabit);
  if (habitual.length === 0) return one;
  const findings = one.findings.filter((finding) => !isHabit(finding));
  const answers = one.answers.map((answer) => {
    const isOf = ({ rule }: Finding): boolean => rule.startsWith(`${answer.requirement}/`);
    const of = habitual.find(isOf);
    // What else is said of the requirement stands.
    if (of === undefined || findings.some(isOf)) return answer;
    const count = habits.get(keyOf(of) ?? "") ?? 0;
    const reason = `${String(count)} handlers of this file do the same with code that is not seen, which may be what asks`;
    return { ...answer, answer: "unknown" as const, reason };
  });
  return { ...one, findings, answers };
}

function placesOf({ findings }: KeptEntry, key: string): string {
  return findings
    .filter((finding) => keyOf(finding) === key)
    .map(({ location }) => `${location.line}:${location.column}`)
    .join();
}

type Finding = KeptEntry["findings"][number];

function keyOf({ rule, location }: Finding): string | null {
  return OF_ODD_ONES.has(rule) ? `${rule} ${location.file}` : null;
}
