import type { Part } from "./part.ts";
import type { Tree } from "./tree.ts";

interface LockedPackage {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}
type Locked = Readonly<Record<string, LockedPackage>>;

/**
 * npm can write a lockfile with edges missing and say nothing; `npm ci` then fails on another platform. It can also
 * write the address of whichever registry was in use, which nobody else may be able to reach.
 */
export const lockfile: Part = {
  name: "lockfile",
  run(tree) {
    const { packages } = JSON.parse(tree.read("package-lock.json")) as { packages: Locked };
    return {
      findings: Object.entries(packages).flatMap(([place, entry]) => [
        ...addressOf(place, entry),
        ...danglingEdges(packages, place, entry),
        ...unlocked(tree, place, entry),
      ]),
    };
  },
};

function* addressOf(place: string, entry: LockedPackage): Generator<string> {
  if (entry.resolved !== undefined && /^[a-z+]+:/i.test(entry.resolved)) {
    yield `package-lock.json: "${place}" names where it was downloaded from`;
  }
  if (place.includes("node_modules/") && entry.link !== true && entry.integrity === undefined) {
    yield `package-lock.json: "${place}" has no integrity hash`;
  }
}

function* danglingEdges(packages: Locked, place: string, entry: LockedPackage): Generator<string> {
  if (entry.link === true) return;
  const own = !place.includes("node_modules/"); // the root or a workspace: here even optional ones are ours to keep
  const optionalPeers = entry.peerDependenciesMeta ?? {};
  const peers = Object.keys(entry.peerDependencies ?? {}).filter((name) => optionalPeers[name]?.optional !== true);
  const wanted = [
    ...Object.keys(entry.dependencies ?? {}),
    ...peers,
    ...(own ? Object.keys({ ...entry.devDependencies, ...entry.optionalDependencies }) : []),
  ];
  for (const name of wanted) {
    if (!resolves(packages, place, name))
      yield `package-lock.json: "${place || "the root"}" needs ${name}, which is not locked`;
  }
}

/** Looks where Node would: in the package's own node_modules, then in each folder above it. */
function resolves(packages: Locked, place: string, name: string): boolean {
  for (let folder = place; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
    const found = packages[folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`];
    if (found !== undefined) return found.link !== true || packages[found.resolved ?? ""] !== undefined;
    if (folder === "") return false;
  }
}

/** A workspace's package.json and its copy in the lockfile must agree, or `npm ci` refuses. */
function* unlocked(tree: Tree, place: string, entry: LockedPackage): Generator<string> {
  const file = place === "" ? "package.json" : `${place}/package.json`;
  if (place.includes("node_modules/") || !tree.has(file)) return;
  const written = JSON.parse(tree.read(file)) as LockedPackage;
  for (const kind of ["dependencies", "devDependencies", "optionalDependencies"] as const) {
    for (const [name, version] of Object.entries(written[kind] ?? {})) {
      if (entry[kind]?.[name] !== version) yield `${file}: ${name} ${version} is not what package-lock.json holds`;
    }
  }
}
