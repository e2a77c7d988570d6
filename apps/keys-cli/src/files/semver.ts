/** The part of semver that package.json files of modules and hosts use: exact versions, `^`, `~`, `>=`, and `||`. */

type Version = readonly [number, number, number];

/** @returns null when the text has no version in it: a tag, a path, an address */
export function versionIn(range: string): Version | null {
  if (/[/:]/.test(range)) return null;
  const match = /(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(range);
  return match === null ? null : [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)];
}

export function compareVersions(one: Version, other: Version): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}

/** Whether a version keeps a range; null when either cannot be understood, so that nobody is told what is a guess. */
export function satisfies(version: string, range: string): boolean | null {
  const own = versionIn(version);
  if (own === null) return null;
  const verdicts = new Set(range.split("||").map((part) => keeps(own, part.trim())));
  if (verdicts.has(true)) return true;
  return verdicts.has(null) ? null : false;
}

function keeps(version: Version, range: string): boolean | null {
  if (range === "*" || range === "") return true;
  const match = /^(\^|~|>=|=)?\s*v?(\d+(?:\.\d+){0,2})(?:-[\w.]+)?$/.exec(range);
  const least = match === null ? null : versionIn(match[2] ?? "");
  if (match === null || least === null) return null;
  const order = compareVersions(version, least);
  switch (match[1]) {
    case ">=":
      return order >= 0;
    case "~":
      return order >= 0 && version[0] === least[0] && version[1] === least[1];
    case "^": {
      const fixed = least[0] > 0 ? 1 : least[1] > 0 ? 2 : 3;
      return order >= 0 && version.slice(0, fixed).every((part, index) => part === least[index]);
    }
    default:
      return order === 0;
  }
}
