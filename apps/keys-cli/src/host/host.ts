/** The frameworks whose mount `add` can print. */
export type Framework = "next-app" | "next-pages" | "express" | "fastify" | "hono" | "node";

/** The application modules are added to: the folder of the nearest package.json. */
export interface Host {
  /** Absolute, without symbolic links. */
  readonly root: string;
  /** The text of its package.json, as read. */
  readonly packageText: string;
  readonly package: HostPackage;
  readonly framework: Framework;
  readonly typescript: boolean;
  /** Whether a `.js` or `.ts` file of the host says `import`. */
  readonly esm: boolean;
  /** Installs what package.json names, and what is added to it: "npm install". */
  readonly install: { readonly all: string; readonly add: string };
  /** The folder holds other packages rather than an application. */
  readonly workspaceRoot: boolean;
}

export interface HostPackage {
  readonly name: string | null;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  /** Node's own aliases, "#name" to path. */
  readonly imports: Readonly<Record<string, unknown>>;
}

/** The range under which a host names a package, wherever it does. */
export function rangeIn({ package: own }: Pick<Host, "package">, name: string): string | undefined {
  return (
    own.dependencies[name] ?? own.optionalDependencies[name] ?? own.peerDependencies[name] ?? own.devDependencies[name]
  );
}
