import { createHash } from "node:crypto";
import type { OwnerPool } from "./prepare-database.ts";

/** The one row that says which instance a database belongs to. */
export interface Instance {
  id: string;
  /** The record only the instance's own KEK opens; null in a database that was set up half. */
  kekCanary: string | null;
  hasOwner: boolean;
}

export async function readInstance(owner: OwnerPool): Promise<Instance | null> {
  const { rows } = await owner.query<{ id: string; owned: boolean; kek_canary: string | null }>(
    "select id::text as id, setup_completed_at is not null as owned, kek_canary from instance",
  );
  const row = rows[0];
  return row === undefined ? null : { id: row.id, hasOwner: row.owned, kekCanary: row.kek_canary };
}

export async function createInstance(owner: OwnerPool, id: string, kekCanary: string): Promise<Instance> {
  await owner.query("insert into instance (id, kek_canary) values ($1, $2)", [id, kekCanary]);
  return { id, hasOwner: false, kekCanary };
}

/** Makes this the only token that lets the first owner in; false, changing nothing, once there is an owner. */
export async function setSetupToken(owner: OwnerPool, token: string): Promise<boolean> {
  const { rowCount } = await owner.query("update instance set setup_token_hash = $1 where setup_completed_at is null", [
    createHash("sha256").update(token).digest(),
  ]);
  return rowCount === 1;
}
