import { namesIn } from "../host/env-example.ts";
import { few } from "./check-files.ts";
import { none, ok, problem, type Answer, type Patient } from "./check.ts";

/** Whether `.env.example` tells whoever deploys the application which variables it takes. */
export function checkDocumented({ manifest, envExample }: Patient): Answer {
  const names = [...manifest.required_env, ...manifest.optional_env];
  if (names.length === 0) return none("it takes no variables");
  const documented = namesIn(envExample ?? "", "with comments");
  const absent = names.filter((name) => !documented.has(name));
  if (absent.length === 0) return ok(`${names.length} in .env.example`);
  return problem(`not in .env.example: ${few(absent)}`, "Add a line for each: NAME=");
}

/** Whether the required ones have a value here. Values are neither kept nor shown. */
export function checkSet({ manifest, envSet }: Patient): Answer {
  if (manifest.required_env.length === 0) return none("it requires no variable");
  const unset = manifest.required_env.filter((name) => !envSet.has(name));
  if (unset.length === 0) return ok(few(manifest.required_env));
  return problem(`not set: ${few(unset)}`, "Set them in the environment or in .env (never in .env.example).");
}
