import type { Kek } from "./kek.ts";
import type { Keystore } from "./keystore/keystore.ts";
import { VaultError } from "./vault-error.ts";
import { kekIdOf, unwrapPrivateKey, wrapPrivateKey } from "./wrapped-private-key.ts";

/**
 * Moves every wrapped private key from one KEK to another. Secrets stay as they are: they are sealed to
 * organisation keys, which do not change.
 *
 * Nothing is written before every record was found to open with one of the two. Interrupted, it is simply
 * run again with the same two KEKs. Stop what opens secrets first; write the new canary record afterwards.
 *
 * @returns how many were moved now, and how many were under the new KEK already
 * @throws VaultError `kek_refused` when a record opens with neither; `keystore_conflict` when one changes meanwhile
 */
export async function rewrapKeystore(input: {
  readonly oldKek: Kek;
  readonly newKek: Kek;
  readonly keystore: Keystore;
}): Promise<{ readonly moved: number; readonly already: number }> {
  const { oldKek, newKek, keystore } = input;
  const toMove: { owner: string; id: string; wrapped: string }[] = [];
  let already = 0;
  for await (const record of recordsOf(keystore)) {
    const { owner, id, wrapped } = record;
    try {
      const isMoved = kekIdOf(wrapped) === newKek.id;
      await unwrapPrivateKey(isMoved ? newKek : oldKek, { owner, id }, wrapped);
      if (isMoved) already += 1;
      else toMove.push(record);
    } catch {
      throw new VaultError("kek_refused", "A record of the keystore opens with neither KEK. Nothing was changed.");
    }
  }
  for (const { owner, id, wrapped } of toMove) {
    const privateJwk = await unwrapPrivateKey(oldKek, { owner, id }, wrapped);
    await keystore.replace(owner, id, wrapped, await wrapPrivateKey(newKek, { owner, id }, privateJwk));
  }
  return { moved: toMove.length, already };
}

async function* recordsOf(keystore: Keystore): AsyncGenerator<{ owner: string; id: string; wrapped: string }> {
  for (const owner of await keystore.owners()) {
    for (const id of await keystore.list(owner)) {
      const wrapped = await keystore.get(owner, id);
      if (wrapped !== null) yield { owner, id, wrapped };
    }
  }
}
