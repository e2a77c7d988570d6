import type { Syntax } from "./syntax/parse.ts";
import type { ModuleTable } from "./link/module-table.ts";
import type { ModelSecrets } from "./knowledge/model-secrets.ts";
import type { Resolver } from "./link/resolve.ts";

/** A parsed file with what its top binds and hands out. */
export interface ProjectFile {
  readonly path: string;
  /** Its code, with blanks where comments stand. */
  readonly text: string;
  /** As it was written, comments and all: for people, not for judging. */
  readonly source: string;
  readonly syntax: Syntax;
  readonly module: ModuleTable;
}

/** The audited tree as the interpreter needs it. Files are parsed when first asked for. */
export interface Project {
  /** Null when the file is absent or not judged. */
  file(path: string): ProjectFile | null;
  readonly resolve: Resolver;
  /** Columns that hold secrets, by lower-case model name, from a Prisma schema where there is one. */
  readonly secretColumns: ReadonlyMap<string, readonly string[]>;
  readonly names: ConfiguredNames;
  /** Names that code of the tree puts on requests and contexts. Read when first asked for. */
  putOnRequests(): ReadonlySet<string>;
  /** Models of Mongoose and Sequelize whose rows come with a secret, by lower-case name. Read when first asked for. */
  modelSecrets(): ReadonlyMap<string, ModelSecrets>;
  /** Tables that the tree's migrations make and leave without row level security. Read when first asked for. */
  unsecuredTables(): ReadonlySet<string>;
}

/** What keys.config.json names beyond what is known by default. */
export interface ConfiguredNames {
  readonly auth: ReadonlySet<string>;
  readonly tenantColumns: ReadonlySet<string>;
  readonly clients: ReadonlySet<string>;
  readonly publicPaths: readonly string[];
}
