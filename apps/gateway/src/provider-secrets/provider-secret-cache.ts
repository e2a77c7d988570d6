import type { OrganisationKeyring, Secret } from "@meterr/vault";
import type { Pool } from "pg";
import type { ProviderName } from "../fronts/front.ts";
import type { Revocation } from "../keys/revocation-watch.ts";

/** Sealed into every provider secret by the module that seals it. */
const PURPOSE = "provider-call";
const MAX_ENTRIES = 10_000;

/** A provider secret in memory, with the destination it was sealed for. */
export interface OpenedProviderSecret {
  readonly secret: Secret;
  readonly destination: string;
}

/**
 * Opened provider secrets by organisation, id and version. Opening costs about a millisecond, so it happens once;
 * a revocation drops the entry. Null: revoked or not there.
 */
export class ProviderSecretCache {
  readonly #pool: Pool;
  readonly #keyring: OrganisationKeyring;
  readonly #entries = new Map<string, { orgId: string; id: string; opened: Promise<OpenedProviderSecret | null> }>();

  constructor(pool: Pool, keyring: OrganisationKeyring) {
    this.#pool = pool;
    this.#keyring = keyring;
  }

  /** Throws VaultError `open_failed` when the row was tampered with, and what the database throws. */
  get(orgId: string, id: string, version: number, provider: ProviderName): Promise<OpenedProviderSecret | null> {
    const name = `${orgId}/${id}/${version}/${provider}`;
    const entry = this.#entries.get(name);
    if (entry !== undefined) return entry.opened;
    const opened = this.#open(orgId, id, version, provider);
    const made = { orgId, id, opened };
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
    this.#entries.set(name, made);
    const forget = (): void => {
      if (this.#entries.get(name) === made) this.#entries.delete(name);
    };
    opened.then((value) => (value === null ? forget() : undefined), forget);
    return opened;
  }

  async #open(
    orgId: string,
    id: string,
    version: number,
    provider: ProviderName,
  ): Promise<OpenedProviderSecret | null> {
    const answer = await this.#pool.query<{ sealed: string }>({
      name: "sealed_provider_secret",
      text: "select sealed from meterr.sealed_provider_secret($1, $2, $3)",
      values: [orgId, id, version],
    });
    const row = answer.rows[0];
    if (row === undefined) return null;
    // Everything the row could lie about is in the sealed header; the destination is taken from there alone.
    const opened = await this.#keyring.open({
      sealed: row.sealed,
      expected: { org: orgId, id, version, provider, purpose: PURPOSE },
    });
    return { secret: opened.secret, destination: opened.binding.destination };
  }

  drop(revocation: Revocation): void {
    for (const [name, entry] of this.#entries) {
      if (entry.orgId === revocation.orgId && entry.id === revocation.subjectId) this.#entries.delete(name);
    }
  }

  clear(): void {
    this.#entries.clear();
  }
}
