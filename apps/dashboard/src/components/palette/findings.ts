import type { IconName } from "@/components/icons/icon.tsx";

/** Something the palette leads to. */
export interface Finding {
  readonly href: string;
  readonly label: string;
  readonly note: string;
  readonly icon: IconName;
  /** More that it is found by. */
  readonly terms: string;
}

/** More would not be read. */
const MOST = 12;

/** All words must stand in it somewhere; a name that begins with the text goes first. */
export function matching(findings: readonly Finding[], text: string): readonly Finding[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = findings.filter(({ label, note, terms }) => {
    const hay = `${label} ${note} ${terms}`.toLowerCase();
    return words.every((word) => hay.includes(word));
  });
  const first = words[0];
  if (first === undefined) return found.slice(0, MOST);
  const rank = ({ label }: Finding): number => (label.toLowerCase().startsWith(first) ? 0 : 1);
  return found.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST);
}
