import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Rooms whose test files share a process, because starting one (Node, then every import) costs more than most of them
 * do. Everywhere else a file is a process of its own: whole machines, servers, and whatever a signal is sent to.
 */
const SHARED = [
  /^modules\/[^/]+\//,
  /^packages\/(?:identity|ledger|metering|outbound|runtime|vault)\//,
  /^apps\/(?:dashboard|gateway|sandbox)\//,
];

/** The files to be run, those of a shared room as one file in `folder` that holds them all. */
export function batchFiles(root: string, files: readonly string[], folder: string): string[] {
  const rooms = Map.groupBy(files, (file) => SHARED.find((room) => room.test(file))?.exec(file)?.[0] ?? file);
  return [...rooms].map(([room, members]) => {
    const [only] = members;
    if (members.length === 1 && only !== undefined) return path.join(root, only);
    const batch = path.join(folder, `${room.replaceAll("/", "-")}batch.test.mjs`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(batch, batchOf(root, members));
    return batch;
  });
}

/**
 * Each file is a suite, so that its hooks are its own and its failure is nobody else's. They are imported one after the
 * other: of two that wait for one module at the same time, the second would lose its suite.
 */
function batchOf(root: string, members: readonly string[]): string {
  const suites = members.map((file) => {
    const url = pathToFileURL(path.join(root, file)).href;
    return `suite(${JSON.stringify(file)}, () => import(${JSON.stringify(url)}));\n`;
  });
  return `import { describe } from "node:test";
import { setImmediate } from "node:timers/promises";
let importing = false;
const suite = (name, load) =>
  describe(name, async () => {
    while (importing) await setImmediate();
    importing = true;
    await load().finally(() => (importing = false));
  });
${suites.join("")}`;
}
