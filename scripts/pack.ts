import path from "node:path";
import { parseArgs } from "node:util";
import { packWorkspace } from "./pack/pack-workspace.ts";
import { prepareKeys } from "./pack/prepare-keys.ts";

const ROOT = path.join(import.meta.dirname, "..");

/** `npm run pack -- packages/runtime --out folder`: each workspace as a tarball, its path on a line of its own. */
async function pack(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: "string", default: "packed" } },
  });
  if (positionals.length === 0) throw new Error("name the workspaces to pack, such as packages/runtime");
  for (const named of positionals) {
    const folder = named.replace(/\/+$/, "");
    const own = folder === "apps/keys-cli" ? { prepare: (staged: string) => prepareKeys(ROOT, staged) } : {};
    const packed = await packWorkspace({ root: ROOT, folder, out: values.out, ...own });
    console.log(packed.file);
    const kib = (bytes: number): string => `${Math.ceil(bytes / 1024)} KiB`;
    console.error(`${packed.name} ${packed.version}: ${kib(packed.size)}, ${kib(packed.unpackedSize)} unpacked`);
  }
}

try {
  await pack();
} catch (error) {
  console.error(`pack: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
