import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseManifest } from "@meterr/runtime";
import { z } from "zod";
import { KeysError } from "../errors.ts";
import { hashOf } from "../files/hash-of.ts";
import type { Catalogue, ModuleSummary } from "./catalogue.ts";
import { requireOffered } from "./offered.ts";

/** What the pack step writes beside the modules: catalogue.json. Hashes are those of files/hash-of.ts. */
export const packedCatalogueSchema = z.strictObject({
  modules: z.record(
    z.string(),
    z.strictObject({
      dependencies: z.record(z.string(), z.string()),
      peers: z.record(z.string(), z.string()),
      files: z.record(z.string(), z.string()),
    }),
  ),
});

export type PackedCatalogue = z.infer<typeof packedCatalogueSchema>;

/** The modules as the published package carries them. Works offline; every file is checked against its hash. */
export function packedCatalogue(folder: string): Catalogue {
  const index = once(async () => {
    return packedCatalogueSchema.parse(JSON.parse(await readFile(join(folder, "catalogue.json"), "utf8"))).modules;
  });

  async function entryOf(slug: string): Promise<PackedCatalogue["modules"][string]> {
    const modules = await index();
    requireOffered(slug, Object.keys(modules));
    const entry = modules[slug];
    if (entry === undefined) throw damaged(slug);
    return entry;
  }

  async function bytesOf(slug: string, path: string, hash: string | undefined): Promise<Uint8Array> {
    const bytes = await readFile(join(folder, slug, path)).catch((cause: unknown) => {
      throw damaged(`${slug}/${path}`, cause);
    });
    if (hashOf(bytes) !== hash) throw damaged(`${slug}/${path}`);
    return bytes;
  }

  async function summary(slug: string): Promise<ModuleSummary> {
    const { dependencies, peers, files } = await entryOf(slug);
    const manifest = await bytesOf(slug, "key.json", files["key.json"]);
    return { manifest: parseManifest(JSON.parse(Buffer.from(manifest).toString("utf8"))), dependencies, peers };
  }

  return {
    slugs: async () => Object.keys(await index()),
    summary,
    async load(slug) {
      const { files } = await entryOf(slug);
      const paths = Object.keys(files).sort();
      const copied = await Promise.all(
        paths.map(async (path) => ({ path, bytes: await bytesOf(slug, path, files[path]) })),
      );
      return { ...(await summary(slug)), files: copied };
    },
  };
}

function damaged(what: string, cause?: unknown): KeysError {
  return new KeysError("package_damaged", `This installation of @meterr/keys is damaged at ${what}.`, {
    next: "Install @meterr/keys again.",
    cause,
  });
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}
