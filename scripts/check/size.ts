import type { Part } from "./part.ts";

const MOST_LINES = 400;
const COUNTED = /\.(ts|tsx|mts|mjs|js|cjs|css|sql)$/;
/** Written by a program, so their length is nobody's choice. */
const GENERATED: ReadonlySet<string> = new Set(["apps/dashboard/next-env.d.ts", "packages/database/schema.sql"]);

/** A long file holds two things. */
export const size: Part = {
  name: "size",
  run(tree) {
    const findings = tree.files
      .filter((file) => COUNTED.test(file) && !GENERATED.has(file))
      .map((file) => ({ file, lines: tree.read(file).trimEnd().split("\n").length }))
      .filter(({ lines }) => lines > MOST_LINES)
      .map(({ file, lines }) => `${file}: ${lines} lines, more than ${MOST_LINES}`);
    return { findings };
  },
};
