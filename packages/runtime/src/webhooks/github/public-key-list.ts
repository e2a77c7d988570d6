import { importSPKI, type CryptoKey } from "jose";
import { RuntimeError } from "../../runtime-error.ts";

/** Where GitHub lists the public keys of secret scanning. */
export const GITHUB_KEYS_URL = "https://api.github.com/meta/public_keys/secret_scanning";

/** The list is read again after this long, so that a key GitHub takes back is forgotten. */
const FRESH_MS = 3_600_000;
/** While GitHub cannot be reached a known key stays good for so long; then it is 503 until the list is read again. */
const USABLE_MS = 24 * 3_600_000;
/** Between two readings for ids that are not in the list: anybody can send those. */
const UNKNOWN_MS = 60_000;
/** Between two attempts after a failed one. */
const RETRY_MS = 5_000;
/** Below GitHub's own patience of 30 seconds. */
const TIMEOUT_MS = 5_000;
/** Octets and entries: today's list has a few hundred octets per entry and a handful of entries. */
const MAX_BYTES = 64 * 1024;
const MAX_KEYS = 64;

const IDENTIFIER = /^[0-9a-f]{64}$/;

export interface PublicKeyListOptions {
  readonly fetch: typeof fetch;
  /** A token raises GitHub's rate limit for reading the list; none is needed. */
  readonly token?: string;
}

/** GitHub's public keys by their identifier. */
export interface PublicKeyList {
  /** Null when GitHub lists no such key. Rejects when that cannot be known now. */
  find(identifier: string, now: Date): Promise<CryptoKey | null>;
}

interface Listed {
  readonly keys: ReadonlyMap<string, CryptoKey>;
  readonly readAt: number;
}

/** unread → (find) → fresh → (an hour) → stale → (read) → fresh; stale → (a day without a reading) → unusable. */
export function publicKeyList(options: PublicKeyListOptions): PublicKeyList {
  let listed: Listed | null = null;
  let failure: { readonly at: number; readonly error: unknown } | null = null;
  let reading: Promise<Listed> | null = null;

  const read = (now: number): Promise<Listed> => {
    if (reading !== null) return reading;
    if (failure !== null && now - failure.at < RETRY_MS) return Promise.reject(failure.error);
    reading = readList(options).then(
      (keys) => {
        listed = { keys, readAt: now };
        failure = null;
        return listed;
      },
      (error: unknown) => {
        failure = { at: now, error };
        throw error;
      },
    );
    const done = (): void => void (reading = null);
    reading.then(done, done);
    return reading;
  };

  return {
    async find(identifier, date) {
      const now = date.getTime();
      if (!IDENTIFIER.test(identifier)) return null;
      const age = listed === null ? Number.POSITIVE_INFINITY : now - listed.readAt;
      const known = listed?.keys.get(identifier);
      if (known !== undefined && age < FRESH_MS) return known;
      if (known === undefined && age < UNKNOWN_MS) return null;
      const current = await read(now).catch((error: unknown) => {
        if (known !== undefined && age < USABLE_MS) return null;
        throw error;
      });
      return current === null ? (known ?? null) : (current.keys.get(identifier) ?? null);
    },
  };
}

async function readList({ fetch, token }: PublicKeyListOptions): Promise<ReadonlyMap<string, CryptoKey>> {
  const response = await fetch(GITHUB_KEYS_URL, {
    headers: {
      accept: "application/json",
      "user-agent": "meterr-runtime",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) throw unreadable(`answered ${response.status}`);
  const entries = entriesOf(await boundedText(response));
  const keys = new Map<string, CryptoKey>();
  for (const { key_identifier: identifier, key } of entries) {
    if (!IDENTIFIER.test(identifier) || keys.has(identifier)) throw unreadable("holds a bad identifier");
    // jose refuses every curve but P-256 under ES256.
    keys.set(identifier, await importSPKI(key, "ES256"));
  }
  return keys;
}

function entriesOf(text: string): readonly { readonly key_identifier: string; readonly key: string }[] {
  const parsed: unknown = JSON.parse(text);
  const list: unknown = typeof parsed === "object" && parsed !== null && "public_keys" in parsed && parsed.public_keys;
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_KEYS) throw unreadable("is not a list of keys");
  return list.map((entry: unknown) => {
    if (typeof entry === "object" && entry !== null && "key_identifier" in entry && "key" in entry) {
      const { key_identifier, key } = entry;
      if (typeof key_identifier === "string" && typeof key === "string") return { key_identifier, key };
    }
    throw unreadable("holds an entry that is no key");
  });
}

async function boundedText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) throw unreadable("is empty");
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    total += value.byteLength;
    if (total > MAX_BYTES) {
      await reader.cancel();
      throw unreadable("is too large");
    }
    text += decoder.decode(value, { stream: true });
  }
}

function unreadable(why: string): RuntimeError {
  return new RuntimeError("webhook_keys_unavailable", `GitHub's list of public keys ${why}.`);
}
