import { RuntimeError } from "../runtime-error.ts";

/** Loads an optional peer at its first use, and once; after a failure the next use tries again. */
export function peerLibrary<Library>(load: () => Promise<Library>): () => Promise<Library> {
  let loaded: Promise<Library> | null = null;
  return () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = null;
      throw error;
    });
    return loaded;
  };
}

/** The fault of a host without a package that is optional until it is used. Names what to install. */
export function peerMissing(user: string, packageName: string, cause: unknown): RuntimeError {
  return new RuntimeError(
    "peer_missing",
    `${user} needs the package ${packageName}, which cannot be loaded here. Install it: npm install ${packageName}`,
    cause,
  );
}
