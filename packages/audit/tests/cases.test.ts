import assert from "node:assert/strict";
import { test } from "node:test";
import { describeFinding, measure } from "./cases/measure.ts";
import { readCases, type AuditCase } from "./cases/read-cases.ts";
import { auditFiles } from "./support/audit-files.ts";
import { knownMisses } from "./support/known-misses.ts";

const known = knownMisses();
const byGroup = Map.groupBy(readCases(), ({ name }) => name.slice(0, name.indexOf("/")));

for (const [group, cases] of byGroup) {
  test(`${group}: every vulnerable handler is found where it is wrong, every fixed and safe one is left alone`, (context) => {
    const { missed, noisy, expected, quiet } = measureAll(cases);
    const wrongNoise = [...noisy.keys()];
    context.diagnostic(
      `${group}: ${expected - missed.length}/${expected} found, noise in ${wrongNoise.length}/${quiet} quiet sections`,
    );
    const listed = (list: Readonly<Record<string, string>>): string[] =>
      Object.keys(list).filter((name) => name.startsWith(`${group}/`));
    assert.deepEqual(
      {
        "missed, and not known to be": missed.filter((name) => !Object.hasOwn(known.missed, name)),
        "found by now: take it off known-misses.json": listed(known.missed).filter((name) => !missed.includes(name)),
        "noise, and not known to be": wrongNoise
          .filter((name) => !Object.hasOwn(known.noise, name))
          .map((name) => `${name}: ${noisy.get(name)?.join("; ")}`),
        "quiet by now: take it off known-misses.json": listed(known.noise).filter((name) => !noisy.has(name)),
      },
      {
        "missed, and not known to be": [],
        "found by now: take it off known-misses.json": [],
        "noise, and not known to be": [],
        "quiet by now: take it off known-misses.json": [],
      },
    );
  });
}

test("every known miss names a case of this folder and says why", () => {
  for (const [name, why] of [...Object.entries(known.missed), ...Object.entries(known.noise)]) {
    const [cased = ""] = name.split(" ");
    assert.ok(
      byGroup.get(cased.slice(0, cased.indexOf("/")))?.some((one) => one.name === cased),
      `${name} is no case`,
    );
    assert.ok(why.length > 20, `${name} says no reason`);
  }
});

function measureAll(cases: readonly AuditCase[]) {
  const missed: string[] = [];
  const noisy = new Map<string, string[]>();
  let [expected, quiet] = [0, 0];
  for (const { name, trees } of cases) {
    for (const tree of trees) {
      const { findings } = auditFiles(tree.files);
      const measured = measure(name, tree, findings);
      missed.push(...measured.missed);
      expected += measured.expected;
      if (tree.section !== "Vulnerable") quiet += 1;
      if (measured.noise !== null)
        noisy.set(measured.noise, [...(noisy.get(measured.noise) ?? []), ...findings.map(describeFinding)]);
    }
  }
  return { missed, noisy, expected, quiet };
}
