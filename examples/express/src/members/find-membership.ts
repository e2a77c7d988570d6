import type pg from "pg";

export interface Membership {
  readonly id: string;
  readonly workspaceId: string;
  readonly role: "agent" | "lead";
}

export async function findMembership(db: pg.Pool, personId: string, workspaceId: string): Promise<Membership | null> {
  const { rows } = await db.query<{ id: string; role: Membership["role"] }>(
    "select id, role from members where person_id = $1 and workspace_id = $2",
    [personId, workspaceId],
  );
  return rows[0] === undefined ? null : { id: rows[0].id, workspaceId, role: rows[0].role };
}

export async function listMemberships(db: pg.Pool, personId: string): Promise<Membership[]> {
  const { rows } = await db.query<{ id: string; workspace_id: string; role: Membership["role"] }>(
    "select id, workspace_id, role from members where person_id = $1",
    [personId],
  );
  return rows.map((row) => ({ id: row.id, workspaceId: row.workspace_id, role: row.role }));
}
