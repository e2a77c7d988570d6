import type { KeyModuleParts } from "../key-parts.ts";
import { RuntimeError } from "../runtime-error.ts";
import type { KeyManifest } from "./key-manifest.ts";

type Kind = KeyManifest["key_type"][number];

/**
 * Holds `key.json` against a module's parts, both ways.
 * @returns what is declared and cannot be judged, since nothing that vouches for it was handed in
 * @throws RuntimeError `manifest_disagrees`
 */
export function agreeWithParts(parts: KeyModuleParts): string[] {
  const { manifest } = parts;
  const unproved: string[] = [];
  const disagree = (why: string): never => {
    throw new RuntimeError("manifest_disagrees", `${manifest.slug}: ${why}`);
  };
  /** Each side's entries that the other lacks. */
  function compare(
    declared: readonly string[],
    found: readonly string[],
    say: { readonly absent: (entry: string) => string; readonly undeclared: (entry: string) => string },
  ): void {
    for (const entry of found) if (!declared.includes(entry)) disagree(say.undeclared(entry));
    for (const entry of declared) if (!found.includes(entry)) disagree(say.absent(entry));
  }

  const { routes = [], jobs = [], data, ui, integrations } = parts;
  const kinds: readonly (readonly [Kind, readonly { definition: { manifest: KeyManifest } }[] | undefined])[] = [
    ["route", parts.routes],
    ["job", parts.jobs],
    ["data", data],
    ["ui", ui],
    ["integration", integrations],
  ];
  for (const [kind, built] of kinds) {
    if (built?.some(({ definition }) => definition.manifest !== manifest) === true) {
      disagree(`a ${kind} KEY was made with another key.json: give every part the same parsed manifest`);
    }
    const declared = manifest.key_type.includes(kind);
    if (built !== undefined && built.length > 0 && !declared) disagree(`add "${kind}" to key_type in key.json`);
    if (declared && (built === undefined || built.length === 0)) {
      unproved.push(
        `key_type says "${kind}" and no ${kind} KEY is handed to keyModule: hand it in or take the word out`,
      );
    }
  }

  const offered = manifest.exposed_routes.flatMap(({ method, path }) => method.map((name) => `${name} ${path}`));
  const mounted = routes.map(({ definition }) => `${definition.method} ${definition.path}`);
  compare(offered, mounted, {
    absent: (route) =>
      `${route} is in key.json and was not built: build it with routeKey or take it out of exposed_routes`,
    undeclared: (route) => `add ${route} to exposed_routes in key.json`,
  });
  compare(
    (manifest.jobs ?? []).map(({ name }) => name),
    jobs.map(({ definition }) => definition.name),
    {
      absent: (job) => `the job ${job} is in key.json and was not built: build it with jobKey or take it out of jobs`,
      undeclared: (job) => `add the job ${job} to jobs in key.json`,
    },
  );

  if (data === undefined) {
    if (manifest.tables.length > 0) unproved.push("tables are not held against the code: hand data to keyModule");
  } else {
    const runs = jobs.length === 0 ? [] : manifest.tables.filter((table) => /(^|\.)job_runs$/.test(table));
    const made = data.flatMap(({ definition }) => definition.tables.map(({ name }) => name));
    compare(manifest.tables, [...new Set([...made, ...runs, ...(parts.otherTables ?? [])])], {
      absent: (table) =>
        `${table} is in tables of key.json: make it with dataKey, name it in otherTables, or take it out`,
      undeclared: (table) => `add "${table}" to tables in key.json`,
    });
  }

  const variables = [...manifest.required_env, ...manifest.optional_env];
  if (parts.environment === undefined) {
    if (variables.length > 0) {
      unproved.push("the environment is not held against the code: read it by declaredEnvironment and hand that in");
    }
  } else {
    if (parts.environment.manifest !== manifest) disagree("the environment was opened with another key.json");
    compare(variables, [...parts.environment.read], {
      absent: (name) => `${name} is in key.json and nothing has read it: read it before keyModule or take it out`,
      undeclared: (name) => `add "${name}" to required_env or optional_env in key.json`,
    });
  }

  if (parts.sideEffects === undefined) {
    if (manifest.side_effects.length > 0) {
      unproved.push("side_effects are not held against the code: repeat them in sideEffects of keyModule");
    }
  } else {
    compare(manifest.side_effects, parts.sideEffects, {
      absent: (effect) => `"${effect}" is in side_effects of key.json and not in the code's`,
      undeclared: (effect) => `add "${effect}" to side_effects in key.json`,
    });
  }
  return unproved;
}
