import type { KeyManifest } from "../manifest/key-manifest.ts";
import { RuntimeError } from "../runtime-error.ts";

/** The environment as `key.json` declares it: nothing else of it can be read. */
export interface DeclaredEnvironment {
  readonly manifest: KeyManifest;
  /** A variable of `required_env`. Throws RuntimeError `manifest_disagrees` for any other name. */
  required(name: string): string;
  /** A variable of `optional_env`; undefined when it is absent or blank. Throws likewise. */
  optional(name: string): string | undefined;
  /** The names asked for so far. */
  readonly read: ReadonlySet<string>;
}

/**
 * Opens a module's environment, handed in by the host (`process.env`, or the bindings of an edge runtime).
 * Throws RuntimeError `environment_missing` that names every required variable that is absent or blank, never a value.
 */
export function declaredEnvironment(
  manifest: KeyManifest,
  source: Readonly<Record<string, string | undefined>>,
): DeclaredEnvironment {
  const values = new Map<string, string>();
  for (const name of [...manifest.required_env, ...manifest.optional_env]) {
    const value = Object.hasOwn(source, name) ? source[name] : undefined;
    if (typeof value === "string" && value.trim() !== "") values.set(name, value);
  }
  const missing = manifest.required_env.filter((name) => !values.has(name));
  if (missing.length > 0) {
    throw new RuntimeError(
      "environment_missing",
      `${manifest.slug} needs ${missing.join(", ")}: set ${missing.length === 1 ? "it" : "them"} in the environment of the server.`,
    );
  }
  const read = new Set<string>();
  const ask = (name: string, field: "required_env" | "optional_env"): string | undefined => {
    if (!manifest[field].includes(name)) {
      throw new RuntimeError(
        "manifest_disagrees",
        `${manifest.slug} reads ${name}: add "${name}" to ${field} in key.json.`,
      );
    }
    read.add(name);
    return values.get(name);
  };
  return Object.freeze({
    manifest,
    read,
    required(name: string): string {
      const value = ask(name, "required_env");
      if (value === undefined) throw new RuntimeError("environment_missing", `${manifest.slug} needs ${name}.`);
      return value;
    },
    optional: (name: string) => ask(name, "optional_env"),
  });
}
