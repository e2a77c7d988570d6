import { VaultError } from "./vault-error.ts";

/**
 * What a sealed secret is bound to. Each field is authenticated: opening under any other value fails.
 *
 * `org`, `id`: UUIDs in lower case. `version`: 1, 2, …. `provider`, `purpose`: slugs.
 * `destination`: where the secret may be sent, 1–300 visible ASCII characters, compared exactly.
 */
export interface Binding {
  readonly org: string;
  readonly id: string;
  readonly version: number;
  readonly provider: string;
  readonly destination: string;
  readonly purpose: string;
}

/** The part of a binding the caller must know beforehand; the rest may be taken from the opened header. */
export type ExpectedBinding = Pick<Binding, "org" | "id" | "version"> & Partial<Binding>;

export const BINDING_FIELDS = ["org", "id", "version", "provider", "destination", "purpose"] as const;

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SLUG = /^[a-z][a-z0-9_.-]{0,63}$/;
const DESTINATION = /^[\x21-\x7e]{1,300}$/;
const MAX_VERSION = 2 ** 31 - 1; // a PostgreSQL integer

export function isBinding(value: Record<string, unknown>): boolean {
  const { org, id, version, provider, destination, purpose } = value;
  return (
    matches(UUID, org) &&
    matches(UUID, id) &&
    Number.isInteger(version) &&
    Number(version) >= 1 &&
    Number(version) <= MAX_VERSION &&
    matches(SLUG, provider) &&
    matches(DESTINATION, destination) &&
    matches(SLUG, purpose)
  );
}

/** @throws VaultError `input_invalid` naming no value. */
export function assertBinding(binding: Binding): void {
  if (!isBinding({ ...binding })) {
    throw new VaultError("input_invalid", "The binding has a field that is missing or malformed.");
  }
}

function matches(pattern: RegExp, value: unknown): boolean {
  return typeof value === "string" && pattern.test(value);
}
