import { alreadyThere, assertNames, assertRecord, changedMeanwhile } from "./keystore.ts";
import type { Keystore } from "./keystore.ts";

/** A keystore that forgets everything with the process. For tests and trials. */
export function memoryKeystore(): Keystore {
  const records = new Map<string, Map<string, string>>();
  return {
    async put(owner, id, record) {
      assertNames(owner, id);
      assertRecord(record);
      const owned = records.get(owner) ?? new Map<string, string>();
      if (owned.has(id)) throw alreadyThere();
      records.set(owner, owned.set(id, record));
    },
    async get(owner, id) {
      assertNames(owner, id);
      return records.get(owner)?.get(id) ?? null;
    },
    async list(owner) {
      assertNames(owner);
      return [...(records.get(owner)?.keys() ?? [])].toSorted();
    },
    async owners() {
      return [...records.keys()].toSorted();
    },
    async replace(owner, id, current, next) {
      assertNames(owner, id);
      assertRecord(next);
      const owned = records.get(owner);
      if (owned?.get(id) !== current) throw changedMeanwhile();
      owned.set(id, next);
    },
    async remove(owner) {
      assertNames(owner);
      records.delete(owner);
    },
  };
}
