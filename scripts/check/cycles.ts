import { importsOf, resolveRelative } from "./imports.ts";
import type { Part } from "./part.ts";
import { codeFiles } from "./tree.ts";

/** Files that import each other in a circle. Rooms cannot, since imports between them only go down. */
export const cycles: Part = {
  name: "cycles",
  run(tree) {
    const edges = new Map(
      codeFiles(tree).map((file) => [
        file,
        importsOf(tree, file).flatMap(({ specifier }) => {
          const target = specifier?.startsWith(".") ? resolveRelative(tree, file, specifier) : null;
          return target === null ? [] : [target];
        }),
      ]),
    );
    return { findings: circles(edges).map((circle) => `import cycle: ${[...circle, circle[0]].join(" → ")}`) };
  },
};

/** One circle for each edge that closes one, found by walking depth first. */
function circles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const walk = (file: string): void => {
    if (done.has(file)) return;
    const at = path.indexOf(file);
    if (at !== -1) {
      found.push(path.slice(at));
      return;
    }
    path.push(file);
    for (const next of edges.get(file) ?? []) walk(next);
    path.pop();
    done.add(file);
  };
  for (const file of edges.keys()) walk(file);
  return found;
}
