import { RuntimeError } from "../runtime-error.ts";
import { Secret } from "../secret/secret.ts";
import { assertServer } from "../server/assert-server.ts";
import type { IntegrationOptions, IntegrationSecrets } from "./integration.ts";

const LOOPBACK = /^http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost)(?::\d+)?$/;
const NAME = /^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*$/;

/** Checks what can be known before a call. Throws RuntimeError `integration_invalid`, or `manifest_disagrees`. */
export function checkIntegration<Secrets extends IntegrationSecrets, Input, Output>(
  options: IntegrationOptions<Secrets, Input, Output>,
): string {
  const { manifest, secrets, origins, limit, timeout, retry, circuit, maxResponseBytes } = options;
  const name = options.name ?? manifest.slug;
  assertServer(name, "integration_invalid");
  const refuse = (why: string): never => {
    throw new RuntimeError("integration_invalid", `${name}: ${why}`);
  };
  if (!NAME.test(name)) refuse("a name is lower-case words joined by dots");
  if (!manifest.key_type.includes("integration")) {
    throw new RuntimeError("manifest_disagrees", `${name}: key_type in key.json must include "integration"`);
  }
  const declared = new Set([...manifest.required_env, ...manifest.optional_env]);
  for (const [variable, secret] of Object.entries<unknown>(secrets)) {
    if (!declared.has(variable)) {
      throw new RuntimeError("manifest_disagrees", `${name}: key.json must declare ${variable}`);
    }
    if (!Secret.isSecret(secret)) refuse(`${variable} must be set, and handed in as a Secret`);
  }
  if (origins.length === 0) refuse("origins must say where calls may go");
  for (const origin of origins) {
    const isOrigin = URL.canParse(origin) && new URL(origin).origin === origin;
    if (!isOrigin || !(origin.startsWith("https://") || LOOPBACK.test(origin))) {
      refuse("an origin is https://host, without a path; http:// is for loopback");
    }
  }
  const whole = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;
  if (!whole(limit.points, 1) || !whole(limit.seconds, 1) || !whole(limit.concurrent ?? 1, 1)) {
    refuse("a limit needs whole points and seconds above 0");
  }
  if (!whole(timeout.attemptMs, 1) || !whole(timeout.totalMs, timeout.attemptMs)) {
    refuse("a timeout needs whole milliseconds, and the total at least those of an attempt");
  }
  if (!whole(retry.attempts, 1) || retry.attempts > 10) refuse("1 to 10 attempts");
  if (!whole(retry.baseMs, 0) || !whole(retry.maxMs, retry.baseMs) || !whole(retry.maxRetryAfterMs, 0)) {
    refuse("retry delays need whole milliseconds");
  }
  if (circuit !== undefined && !(whole(circuit.failures, 1) && whole(circuit.openMs, 1))) {
    refuse("a circuit needs whole failures and milliseconds above 0");
  }
  if (!whole(maxResponseBytes ?? 1, 1)) refuse("maxResponseBytes must be a whole number above 0");
  return name;
}
