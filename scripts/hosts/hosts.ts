/** A host in `examples/`, and what its README says of taking the modules out of it. */
export interface ExampleHost {
  readonly name: string;
  /** Copied in by `keys add`, taken out by `keys remove`. */
  readonly modules: readonly string[];
  /** Deleted without the modules. Everything else of the host is the same in both. */
  readonly mounts: readonly string[];
  /** The file that the README shows as it is without the modules. */
  readonly seam: string | null;
  /** What builds it: a program of an installed package, by its path in node_modules, and its arguments. */
  readonly build: readonly [program: string, ...arguments_: string[]];
  /** What a build leaves. */
  readonly built: readonly string[];
  /** What the next build would not clear away by itself. */
  readonly stale: readonly string[];
  readonly test: string;
}

const TSC = "typescript/bin/tsc";

export const HOSTS: readonly ExampleHost[] = [
  {
    name: "express",
    modules: ["audit-log", "stripe-entitlements"],
    mounts: ["src/keys"],
    seam: "src/extensions.ts",
    build: [TSC, "-p", "tsconfig.json"],
    built: ["dist"],
    stale: ["dist"],
    test: "examples/tests/express.test.ts",
  },
  {
    name: "hono",
    modules: ["webhook-inbox", "safe-cron", "tenant-rls"],
    mounts: ["src/keys"],
    seam: "src/extensions.ts",
    build: [TSC, "--noEmit", "-p", "tsconfig.json"],
    built: [],
    stale: [],
    test: "examples/tests/hono.test.ts",
  },
  {
    name: "next",
    modules: ["webhook-inbox"],
    mounts: ["src/keys", "src/pages", "src/app/overview", "src/app/api/v1"],
    seam: null,
    build: ["next/dist/bin/next", "build"],
    built: [".next", "next-env.d.ts", "tsconfig.tsbuildinfo"],
    stale: [],
    test: "examples/tests/next.host.ts",
  },
];
