import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseManifest } from "@meterr/runtime";
import { z } from "zod";
import { KeysError } from "../errors.ts";
import { buildModule } from "./build-module.ts";
import type { Catalogue, ModuleSummary } from "./catalogue.ts";
import { OFFERED, requireOffered } from "./offered.ts";
import { packagesImported } from "./packages-imported.ts";

const packageSchema = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  peerDependencies: z.record(z.string(), z.string()).default({}),
});

/** The modules of this repository, built as they are asked for. What the pack step packs comes from here too. */
export function repositoryCatalogue(root: string): Catalogue {
  const there = OFFERED.filter(
    (slug) =>
      existsSync(join(root, "modules", slug, "key.json")) && existsSync(join(root, "modules", slug, "src/index.ts")),
  );

  async function summary(slug: string): Promise<ModuleSummary> {
    requireOffered(slug, there);
    const folder = join(root, "modules", slug);
    const manifest = parseManifest(JSON.parse(await readFile(join(folder, "key.json"), "utf8")));
    const own = packageSchema.parse(JSON.parse(await readFile(join(folder, "package.json"), "utf8")));
    const dependencies = Object.fromEntries(
      Object.entries(own.dependencies).map(([name, version]) => [name, caret(version)]),
    );
    return { manifest, dependencies, peers: await peersOf(manifest.compatibility, own.peerDependencies) };
  }

  /** A module says in `compatibility` which of the runtime's optional peers it uses. */
  async function peersOf(
    compatibility: Readonly<Record<string, string>>,
    declared: Readonly<Record<string, string>>,
  ): Promise<Record<string, string>> {
    const runtime = packageSchema.parse(
      JSON.parse(await readFile(join(root, "packages/runtime/package.json"), "utf8")),
    );
    const used = Object.entries(compatibility).filter(([name]) => runtime.peerDependencies[name] !== undefined);
    return { ...Object.fromEntries(used), ...declared };
  }

  return {
    slugs: async () => there,
    summary,
    async load(slug) {
      const about = await summary(slug);
      const files = await buildModule(root, slug);
      const undeclared = packagesImported(files).filter(
        (name) => about.dependencies[name] === undefined && about.peers[name] === undefined,
      );
      if (undeclared.length > 0) {
        throw new KeysError("build_failed", `${slug} imports what it does not declare: ${undeclared.join(", ")}.`);
      }
      return { ...about, files };
    },
  };
}

/** The repository pins exact versions; a host may take any that is compatible. */
function caret(version: string): string {
  return /^\d/.test(version) ? `^${version}` : version;
}
