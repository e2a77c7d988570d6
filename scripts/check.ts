import { performance } from "node:perf_hooks";
import path from "node:path";
import type { Part, Verdict } from "./check/part.ts";
import { parts } from "./check/parts.ts";
import { openTree, type Tree } from "./check/tree.ts";

interface Outcome extends Verdict {
  readonly name: string;
  readonly seconds: number;
}

async function judge(part: Part, tree: Tree): Promise<Outcome> {
  const started = performance.now();
  const verdict = await part.run(tree);
  return { ...verdict, name: part.name, seconds: (performance.now() - started) / 1000 };
}

function report({ name, seconds, findings, notes = [] }: Outcome): void {
  const mark = findings.length === 0 ? "✔" : "✖";
  console.log(`${mark} ${name.padEnd(16)} ${seconds.toFixed(1).padStart(5)} s`);
  for (const note of notes) console.log(`    note: ${note}`);
  for (const finding of findings) console.log(finding.replaceAll(/^/gm, "    "));
}

/** Parts are named to run only those: `npm run check -- lint types`. */
async function check(wanted: readonly string[]): Promise<boolean> {
  const unknown = wanted.filter((name) => !parts.some((part) => part.name === name));
  if (unknown.length > 0) {
    console.error(`no such part: ${unknown.join(", ")} (there are: ${parts.map((part) => part.name).join(", ")})`);
    return false;
  }
  const tree = openTree(path.join(import.meta.dirname, ".."));
  const chosen = wanted.length === 0 ? parts : parts.filter((part) => wanted.includes(part.name));
  const started = performance.now();
  const outcomes = await Promise.all(
    chosen.map(async (part) => {
      const outcome = await judge(part, tree);
      report(outcome);
      return outcome;
    }),
  );
  const failed = outcomes.filter((outcome) => outcome.findings.length > 0);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    failed.length === 0
      ? `\nall ${outcomes.length} passed in ${seconds} s`
      : `\nfailed in ${seconds} s: ${failed.map(({ name }) => name).join(", ")}`,
  );
  return failed.length === 0;
}

process.exitCode = (await check(process.argv.slice(2))) ? 0 : 1;
