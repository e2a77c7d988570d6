import { join } from "node:path";
import type { ModuleCopy } from "../../src/catalogue/catalogue.ts";
import type { PackedCatalogue } from "../../src/catalogue/packed-catalogue.ts";
import { hashOf } from "../../src/files/hash-of.ts";
import { write } from "./scratch.ts";

export interface Fixture {
  readonly version?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peers?: Readonly<Record<string, string>>;
  readonly manifest?: Readonly<Record<string, unknown>>;
}

/** A small module with a route, a table and settings, as the pack step would have built it. */
export function fixtureFiles(slug: string, { version = "0.1.0", files = {}, manifest = {} }: Fixture = {}) {
  const keyJson = {
    schema_version: "1.0.0",
    slug,
    title: "Thing box",
    description: "Keeps things.",
    tool: "node",
    key_type: ["route", "data"],
    runtime: ["node"],
    version,
    side_effects: [],
    required_env: ["THING_SECRET"],
    optional_env: ["THING_COLOUR"],
    exposed_routes: [
      {
        path: "/api/v1/things/:id",
        method: ["GET", "POST"],
        auth: ["session"],
        tenant_scope: "per-user-tenant-id",
        description: "Things.",
      },
    ],
    tenant_scope: "per-user-tenant-id",
    compatibility: {},
    dependencies: ["@meterr/runtime"],
    tables: ["things"],
    license_spdx: "Apache-2.0",
    ...manifest,
  };
  return {
    "CHANGELOG.md": `# ${version}\n`,
    "README.md": "# Thing box\n\n## RLS and trust assumptions\n\n- `things`: enabled and forced.\n\n## Removal\n",
    "esm/index.js": `export function createThings() {\n  return "${version}";\n}\n`,
    "esm/index.d.ts": "export declare function createThings(): string;\n",
    "key.json": `${JSON.stringify(keyJson, null, 2)}\n`,
    "migrations/0001_things.down.sql": "drop table things;\n",
    "migrations/0001_things.up.sql": "create table things ();\n",
    "migrations/0002_more.down.sql": "drop table more;\n",
    "migrations/0002_more.up.sql": "create table more ();\n",
    "package.json": '{ "type": "module" }\n',
    "quickstart.md": `\`\`\`ts\nimport { createThings } from "@meterr/module-${slug}";\n\nconst handle = mount(createThings());\n\`\`\`\n`,
    ...files,
  } as Record<string, string>;
}

const DEPENDENCIES = { "@meterr/runtime": "^0.1.0", zod: "^4.6.7" };

/** Writes a catalogue as the published package carries it. */
export function fixtureCatalogue(folder: string, modules: Readonly<Record<string, Fixture>>): string {
  const catalogue: PackedCatalogue = { modules: {} };
  for (const [slug, fixture] of Object.entries(modules)) {
    const files = fixtureFiles(slug, fixture);
    write(join(folder, slug), files);
    catalogue.modules[slug] = {
      dependencies: { ...(fixture.dependencies ?? DEPENDENCIES) },
      peers: { ...fixture.peers },
      files: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, hashOf(Buffer.from(text))])),
    };
  }
  write(folder, { "catalogue.json": catalogue });
  return folder;
}

export function filesOf(copy: ModuleCopy): Record<string, string> {
  return Object.fromEntries(copy.files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString("utf8")]));
}
