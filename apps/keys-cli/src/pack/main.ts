import { readFileSync } from "node:fs";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PackedCatalogue } from "../catalogue/packed-catalogue.ts";
import { repositoryCatalogue } from "../catalogue/repository-catalogue.ts";
import { hashOf } from "../files/hash-of.ts";
import { collectProgram } from "./collect-program.ts";
import { documentsOf } from "./documents.ts";

/** In the published package there is no Node of the project's own: it runs on the one that started it. */
const LAUNCHER = `#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(\`keys: Node 22.12 or newer is needed; this is \${process.versions.node}.\\n\`);
  process.exit(1);
}
await import("../dist/main.js");
`;

/**
 * Fills a folder that holds the published package.json: the program with the rooms it stands on, its documents, and
 * every module built. `node apps/keys-cli/src/pack/main.ts <folder>`; scripts/pack runs it before npm packs the folder.
 */
async function fill(root: string, folder: string): Promise<void> {
  const { files, dependencies } = await collectProgram(root);
  await rm(join(folder, "dist"), { recursive: true, force: true });
  for (const [path, content] of files) await write(join(folder, path), content);

  for (const [path, text] of await documentsOf(root)) await write(join(folder, path), text);

  const catalogue = repositoryCatalogue(root);
  const packed: PackedCatalogue = { modules: {} };
  for (const slug of await catalogue.slugs()) {
    const copy = await catalogue.load(slug);
    for (const { path, bytes } of copy.files) await write(join(folder, "modules", slug, path), bytes);
    packed.modules[slug] = {
      dependencies: { ...copy.dependencies },
      peers: { ...copy.peers },
      files: Object.fromEntries(copy.files.map(({ path, bytes }) => [path, hashOf(bytes)])),
    };
  }
  await write(join(folder, "modules/catalogue.json"), `${JSON.stringify(packed, null, 2)}\n`);
  await write(join(folder, "bin/keys.mjs"), LAUNCHER);
  await chmod(join(folder, "bin/keys.mjs"), 0o755);

  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
  const content = { ...manifest, engines: { node: ">=22.12" }, dependencies };
  await write(join(folder, "package.json"), `${JSON.stringify(content, null, 2)}\n`);
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write("keys: name the folder to fill.\n");
  process.exitCode = 2;
} else await fill(fileURLToPath(new URL("../../../../", import.meta.url)), folder);
