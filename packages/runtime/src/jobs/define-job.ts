import { RuntimeError } from "../runtime-error.ts";
import type { JobDefinition, JobOptions } from "./job.ts";

const NAME = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/;

// A transaction is open for as long; PostgreSQL cannot clean up behind one. A day is far more than any should take.
const MOST_MS = 86_400_000;

// Each attempt is a whole turn of the handler; what has failed ten times will not pass the eleventh.
const MOST_ATTEMPTS = 10;

/**
 * Checks everything about a job that can be known before it runs.
 * Throws RuntimeError `job_invalid`, or `manifest_disagrees` when `key.json` does not say the same.
 */
export function defineJob(options: JobOptions): JobDefinition {
  const { manifest, name, serviceAccount, timeout, retry } = options;
  const refuse = (why: string): never => {
    throw new RuntimeError("job_invalid", `The job ${NAME.test(name) ? name : "(unnamed)"}: ${why}`);
  };
  if (!NAME.test(name) || name.length > 64) refuse("a name is lower-case words joined by dots, 64 characters at most");
  if (serviceAccount.id === "" || serviceAccount.issuer === "") refuse("the service account needs an id and an issuer");
  if (!(timeout.milliseconds >= 1 && timeout.milliseconds <= MOST_MS)) refuse(`timeout must be 1 to ${MOST_MS} ms`);
  if (!Number.isInteger(retry.attempts) || retry.attempts < 1 || retry.attempts > MOST_ATTEMPTS) {
    refuse(`retry.attempts must be 1 to ${MOST_ATTEMPTS}`);
  }
  const disagree = (fix: string): never => {
    throw new RuntimeError("manifest_disagrees", `The job ${name} (${manifest.slug}): ${fix}`);
  };
  if (!manifest.key_type.includes("job")) disagree('add "job" to key_type in key.json');
  const declared = (manifest.jobs ?? []).filter((job) => job.name === name);
  if (declared.length !== 1) disagree(`key.json must declare it exactly once: add { "name": "${name}", … } to jobs`);
  if (!manifest.tables.some((table) => table === "job_runs" || table.endsWith(".job_runs"))) {
    disagree('its runs are written to job_runs: add "job_runs" to tables in key.json');
  }
  return Object.freeze({
    manifest,
    name,
    serviceAccount: Object.freeze({ id: serviceAccount.id, issuer: serviceAccount.issuer }),
    timeoutMs: timeout.milliseconds,
    attempts: retry.attempts,
  });
}
