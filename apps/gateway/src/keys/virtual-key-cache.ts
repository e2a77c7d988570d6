import type { Revocation } from "./revocation-watch.ts";
import type { VirtualKey } from "./virtual-key.ts";

/** Enough for every key of a large installation; beyond it the oldest entry is dropped. */
const MAX_ENTRIES = 50_000;
/** A revocation drops an entry at once; this only bounds what no revocation speaks of. Milliseconds. */
const MAX_AGE = 60_000;
/** How long an unknown hash is remembered, so that a guesser does not reach the database each time. Milliseconds. */
const UNKNOWN_AGE = 1_000;
const MAX_UNKNOWN = 10_000;

/**
 * Virtual keys by the SHA-256 of the whole key (never by a prefix: CVE-2026-35030).
 * An answer that was asked for before a revocation and arrives after it is not kept.
 */
export class VirtualKeyCache {
  readonly #find: (hash: Buffer) => Promise<VirtualKey | null>;
  readonly #now: () => number;
  readonly #entries = new Map<string, { key: VirtualKey; until: number }>();
  readonly #unknown = new Map<string, number>();
  readonly #asked = new Map<string, Promise<VirtualKey | null>>();
  #generation = 0;

  constructor(find: (hash: Buffer) => Promise<VirtualKey | null>, now: () => number = () => performance.now()) {
    this.#find = find;
    this.#now = now;
  }

  /** Throws what the database throws: a fault is not "unknown key" (a busy database must not look like a 401). */
  async get(hash: Buffer): Promise<VirtualKey | null> {
    const name = hash.toString("latin1");
    const now = this.#now();
    const entry = this.#entries.get(name);
    if (entry !== undefined && entry.until > now) return entry.key;
    const unknownUntil = this.#unknown.get(name);
    if (unknownUntil !== undefined && unknownUntil > now) return null;
    const underWay = this.#asked.get(name);
    if (underWay !== undefined) return underWay;
    const asked = this.#ask(name, hash).finally(() => this.#asked.delete(name));
    this.#asked.set(name, asked);
    return asked;
  }

  async #ask(name: string, hash: Buffer): Promise<VirtualKey | null> {
    const generation = this.#generation;
    const key = await this.#find(hash);
    if (generation !== this.#generation) return key;
    if (key === null) {
      remember(this.#unknown, name, this.#now() + UNKNOWN_AGE, MAX_UNKNOWN);
    } else {
      remember(this.#entries, name, { key, until: this.#now() + MAX_AGE }, MAX_ENTRIES);
    }
    return key;
  }

  /** Forgets every key the revocation touches. */
  drop(revocation: Revocation): void {
    this.#generation += 1;
    for (const [name, { key }] of this.#entries) {
      if (touches(revocation, key)) this.#entries.delete(name);
    }
  }

  clear(): void {
    this.#generation += 1;
    this.#entries.clear();
    this.#unknown.clear();
  }

  get size(): number {
    return this.#entries.size;
  }
}

function touches(revocation: Revocation, key: VirtualKey): boolean {
  if (revocation.orgId !== key.orgId) return false;
  const subject = revocation.subjectId;
  if (key.id === subject || key.memberId === subject || key.orgId === subject) return true;
  for (const binding of key.providers.values()) if (binding.providerSecretId === subject) return true;
  return false;
}

function remember<Value>(map: Map<string, Value>, name: string, value: Value, most: number): void {
  if (map.size >= most) {
    const oldest = map.keys().next();
    if (!oldest.done) map.delete(oldest.value);
  }
  map.set(name, value);
}
