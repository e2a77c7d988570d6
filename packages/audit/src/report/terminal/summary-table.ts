import type { Answer, JudgedEntryPoint } from "../../findings/finding.ts";
import { REQUIREMENTS, type Requirement } from "../../rules/rule.ts";
import { printable } from "../printable.ts";
import type { Colour, Drawing } from "./paint.ts";
import { padEnd, padStart, truncate, truncateStart, widthOf } from "./text-width.ts";

type Verdict = Answer["answer"];

export const MARKS: Readonly<Record<Verdict, readonly [Colour, string]>> = {
  proved: ["green", "✓"],
  violated: ["red", "✗"],
  unknown: ["yellow", "?"],
  "not-applicable": ["dim", "·"],
};

const SHORT: Readonly<Record<Requirement, string>> = {
  auth: "auth",
  tenant: "tnt",
  input: "inp",
  claims: "clm",
  "fail-closed": "fcl",
  webhook: "whk",
  rls: "rls",
  entitlement: "ent",
  secrets: "sec",
  errors: "err",
  jobs: "job",
  sql: "sql",
  xss: "xss",
  command: "cmd",
};

/** More rows than this say less: what is all proved is then counted, the worst is shown. */
const MOST_ROWS = 40;
const LEAST_NAME = 18;

/** Entry points × requirements, worst first, and the counts below; [] when nothing was judged. */
export function summaryTable(entryPoints: readonly JudgedEntryPoint[], { paint, width }: Drawing): string[] {
  const judged = entryPoints.filter(({ answers }) => answers.some(({ answer }) => answer !== "not-applicable"));
  if (judged.length === 0) return [];
  const rows = judged
    .map((entry) => ({ entry, verdicts: verdictsOf(entry) }))
    .toSorted((one, other) => rank(one.verdicts) - rank(other.verdicts));
  const columns = REQUIREMENTS.filter((requirement) =>
    rows.some(({ verdicts }) => (verdicts.get(requirement) ?? "not-applicable") !== "not-applicable"),
  );
  const long = columns.reduce((sum, requirement) => sum + requirement.length + 2, 0);
  const short = long + LEAST_NAME + 8 > width;
  const titles = columns.map((requirement) => (short ? SHORT[requirement] : requirement));
  const shown = rows.slice(0, MOST_ROWS);
  const rest = rows.slice(MOST_ROWS);
  const room = width - titles.reduce((sum, title) => sum + title.length + 2, 0);
  // `GET /` of two routers are told apart by their files.
  const named = Map.groupBy(shown, ({ entry }) => entry.name);
  const file = ({ name, location }: JudgedEntryPoint): string =>
    (named.get(name)?.length ?? 0) > 1 ? `  ${printable(location.file)}` : "";
  const longest = Math.max(
    ...shown.map(({ entry }) => widthOf(printable(entry.name) + file(entry))),
    "violated".length,
  );
  const name = Math.max(10, Math.min(longest, room));
  const line = (head: string, cells: readonly string[]): string => `${padEnd(head, name)}${cells.join("")}`.trimEnd();
  const cell = (title: string, text: string, colour: Colour): string =>
    `  ${padStart("", title.length - widthOf(text))}${paint(colour, text)}`;

  const table = [
    paint(
      "dim",
      line(
        "",
        titles.map((title) => `  ${title}`),
      ),
    ),
  ];
  for (const { entry, verdicts } of shown) {
    const cells = columns.map((requirement, index) => {
      const [colour, mark] = MARKS[verdicts.get(requirement) ?? "not-applicable"];
      return cell(titles[index] ?? "", mark, colour);
    });
    const own = truncate(printable(entry.name), name);
    const left = name - widthOf(own) - 2;
    const where = file(entry) === "" || left < 8 ? "" : `  ${truncateStart(file(entry).trim(), left)}`;
    table.push(`${own}${paint("dim", where)}${" ".repeat(name - widthOf(own + where))}${cells.join("")}`.trimEnd());
  }
  if (rest.length > 0) {
    const more = (["violated", "unknown", "proved"] as const)
      .map((verdict) => [rest.filter(({ verdicts }) => worst(verdicts) === verdict).length, verdict] as const)
      .filter(([count]) => count > 0)
      .map(([count, verdict]) => `${count} ${verdict === "proved" ? "all proved" : `with something ${verdict}`}`);
    table.push(paint("dim", `… and ${rest.length} more: ${more.join(", ")}`));
  }
  table.push("");
  for (const verdict of ["violated", "unknown", "proved"] as const) {
    const [colour] = MARKS[verdict];
    const cells = columns.map((requirement, index) => {
      const number = rows.filter(({ verdicts }) => verdicts.get(requirement) === verdict).length;
      return cell(titles[index] ?? "", number === 0 ? "·" : String(number), number === 0 ? "dim" : colour);
    });
    table.push(line(verdict, cells));
  }
  const legend = (["proved", "violated", "unknown", "not-applicable"] as const).map(
    (verdict) => `${paint(...MARKS[verdict])} ${paint("dim", verdict.replace("-", " "))}`,
  );
  table.push("", legend.join("   "));
  if (short) {
    const spelt = columns.filter((requirement) => SHORT[requirement] !== requirement);
    if (spelt.length > 0) table.push(paint("dim", spelt.map((name) => `${SHORT[name]} ${name}`).join(" · ")));
  }
  return table;
}

/** The worst answer to each requirement: an entry point is asked some of them more than once. */
export function verdictsOf({ answers }: JudgedEntryPoint): ReadonlyMap<Requirement, Verdict> {
  const verdicts = new Map<Requirement, Verdict>();
  for (const { requirement, answer } of answers) {
    const before = verdicts.get(requirement);
    if (before === undefined || ORDER.indexOf(answer) < ORDER.indexOf(before)) verdicts.set(requirement, answer);
  }
  return verdicts;
}

const ORDER: readonly Verdict[] = ["violated", "unknown", "proved", "not-applicable"];

function worst(verdicts: ReadonlyMap<Requirement, Verdict>): Verdict {
  return ORDER.find((verdict) => [...verdicts.values()].includes(verdict)) ?? "not-applicable";
}

function rank(verdicts: ReadonlyMap<Requirement, Verdict>): number {
  return ORDER.indexOf(worst(verdicts));
}
