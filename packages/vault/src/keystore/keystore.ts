import { UUID } from "../binding.ts";
import { VaultError } from "../vault-error.ts";

/** Whose records: an organisation's UUID, or the instance itself. */
export type KeystoreOwner = string;
export const INSTANCE: KeystoreOwner = "instance";

/** Bytes. A wrapped private key has about 500. */
export const MAX_RECORD_BYTES = 4096;

/**
 * Where wrapped private keys live: outside the database and its backups, so that a dump plus the KEK opens
 * nothing after an erasure. Records are compact JWEs; the keystore neither reads nor trusts them.
 *
 * Every method may throw VaultError `keystore_unavailable` or `keystore_insecure`, and `input_invalid` for a
 * malformed owner, id or record.
 */
export interface Keystore {
  /** Adds a record. @throws VaultError `keystore_exists`; what was there stays as it was. */
  put(owner: KeystoreOwner, id: string, record: string): Promise<void>;
  /** The record, whole, or null. */
  get(owner: KeystoreOwner, id: string): Promise<string | null>;
  /** Ids of an owner's records, sorted. */
  list(owner: KeystoreOwner): Promise<readonly string[]>;
  /** Everybody who has a record, sorted. */
  owners(): Promise<readonly KeystoreOwner[]>;
  /** Puts `next` in the place of `current`. @throws VaultError `keystore_conflict` when another record, or none, is there. */
  replace(owner: KeystoreOwner, id: string, current: string, next: string): Promise<void>;
  /** Erases all records of an owner; what was sealed to them never opens again. Erasing twice is no error. */
  remove(owner: KeystoreOwner): Promise<void>;
}

const COMPACT_JWE = /^[\w-]+(\.[\w-]+){4}$/;
const ID = /^[a-z0-9][a-z0-9-]{0,63}$/;

export function isOwner(owner: string): boolean {
  return owner === INSTANCE || UUID.test(owner);
}

export function isRecordId(id: string): boolean {
  return ID.test(id);
}

/** @throws VaultError `input_invalid`. Names become file names, so this also keeps paths inside the folder. */
export function assertNames(owner: KeystoreOwner, id?: string): void {
  if (!isOwner(owner) || (id !== undefined && !isRecordId(id))) {
    throw new VaultError("input_invalid", "A keystore record needs an organisation's UUID and a well-formed id.");
  }
}

/** @throws VaultError `input_invalid` */
export function assertRecord(record: string): void {
  if (typeof record !== "string" || record.length > MAX_RECORD_BYTES || !COMPACT_JWE.test(record)) {
    throw new VaultError("input_invalid", "A keystore record must be a compact JWE of at most 4096 characters.");
  }
}

export function alreadyThere(): VaultError {
  return new VaultError("keystore_exists", "The keystore already has a record of this id.");
}

export function changedMeanwhile(): VaultError {
  return new VaultError("keystore_conflict", "The keystore record changed or went away meanwhile.");
}
