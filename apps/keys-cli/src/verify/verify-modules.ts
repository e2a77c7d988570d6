import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseManifest, type KeyManifest } from "@meterr/runtime";
import { KeysError } from "../errors.ts";
import { textOf } from "../files/write-atomically.ts";
import { namesIn } from "../host/env-example.ts";
import type { Host } from "../host/host.ts";
import { requireInside } from "../host/require-inside.ts";
import { LOCK_FILE, parseLock } from "../lock/lock.ts";
import { readSourceGraph } from "../sources/source-graph.ts";
import { checkDependencies } from "./check-dependencies.ts";
import { checkDocumented, checkSet } from "./check-environment.ts";
import { checkFiles } from "./check-files.ts";
import { checkMounted } from "./check-mounted.ts";
import { checkRls } from "./check-rls.ts";
import { checkRoutes } from "./check-routes.ts";
import { ok, problem, type Answer, type Check, type Patient } from "./check.ts";

const CHECKS: Readonly<Record<string, Check>> = {
  files: checkFiles,
  dependencies: checkDependencies,
  "env documented": checkDocumented,
  "env set": checkSet,
  mounted: checkMounted,
  "routes reachable": checkRoutes,
  "RLS documented": checkRls,
};

/** Files a framework reads variables from. `.env.example` is none of them. */
const ENV_FILES = [".env", ".env.local", ".env.development", ".env.development.local", ".env.production"];

export interface Verified {
  readonly slug: string;
  readonly version: string | null;
  /** Whether keys put it there, or it is the application's own. */
  readonly from: "keys" | "host";
  readonly checks: readonly (Answer & { readonly check: string })[];
}

/** Looks at every module of the host, or at those named. Throws KeysError `not_installed` for a name that is not there. */
export async function verifyModules(
  host: Host,
  wanted: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Verified[]> {
  const lock = parseLock(await textOf(requireInside(host.root, LOCK_FILE)));
  const own = ownModules(host.root).filter((slug) => lock.modules[slug] === undefined);
  const all = [...Object.keys(lock.modules), ...own].sort();
  const missing = wanted.find((slug) => !all.includes(slug));
  if (missing !== undefined) {
    throw new KeysError("not_installed", `${missing} is not in this application.`, {
      next: all.length === 0 ? `Add it: keys add ${missing}` : `Modules that are here: ${all.join(", ")}.`,
    });
  }
  const sources = await readSourceGraph(host, Object.keys(lock.modules));
  const envSet = variablesSet(host.root, env);
  const envExample = await textOf(requireInside(host.root, ".env.example"));

  async function verify(slug: string): Promise<Verified> {
    const folder = requireInside(host.root, `modules/${slug}`);
    const locked = lock.modules[slug] ?? null;
    const from = locked === null ? "host" : "keys";
    const manifest = manifestOf(folder, slug);
    if ("verdict" in manifest) {
      return { slug, version: locked?.version ?? null, from, checks: [{ check: "manifest", ...manifest }] };
    }
    const patient: Patient = { host, slug, folder, locked, manifest, sources, envSet, envExample };
    const checks: Verified["checks"][number][] = [
      { check: "manifest", ...ok(`key.json of version ${manifest.version}`) },
    ];
    for (const [check, answer] of Object.entries(CHECKS)) checks.push({ check, ...(await answer(patient)) });
    return { slug, version: manifest.version, from, checks };
  }
  const verified: Verified[] = [];
  for (const slug of wanted.length === 0 ? all : [...new Set(wanted)]) verified.push(await verify(slug));
  return verified;
}

/** Folders below modules/ with a key.json. */
export function ownModules(root: string): string[] {
  const folder = requireInside(root, "modules");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith(".") && existsSync(join(folder, name, "key.json")))
    .sort();
}

function manifestOf(folder: string, slug: string): KeyManifest | Answer {
  try {
    const manifest = parseManifest(JSON.parse(readFileSync(join(folder, "key.json"), "utf8")));
    if (manifest.slug === slug) return manifest;
    return problem(`key.json is that of ${manifest.slug}`, `Its slug must be the folder's name, ${slug}.`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return problem(reason, `Correct modules/${slug}/key.json, or put it back: keys add ${slug}`);
  }
}

function variablesSet(root: string, env: Readonly<Record<string, string | undefined>>): Set<string> {
  const names = new Set(Object.keys(env).filter((name) => env[name] !== undefined && env[name] !== ""));
  for (const file of ENV_FILES) {
    const path = join(root, file);
    if (!existsSync(path)) continue;
    for (const name of namesIn(readFileSync(path, "utf8"), "set only")) names.add(name);
  }
  return names;
}
