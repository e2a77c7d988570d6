import type pg from "pg";

export interface Ticket {
  readonly id: string;
  readonly workspace_id: string;
  readonly subject: string;
  readonly status: "open" | "waiting" | "closed";
  readonly opened_at: Date;
}

/** The tickets of one workspace: no query of this class leaves it out. */
export class TicketRepository {
  readonly #db: pg.Pool;
  readonly #workspaceId: string;

  constructor(db: pg.Pool, workspaceId: string) {
    this.#db = db;
    this.#workspaceId = workspaceId;
  }

  async list(status: Ticket["status"] | undefined): Promise<Ticket[]> {
    const { rows } = await this.#db.query<Ticket>(
      `select id, workspace_id, subject, status, opened_at from tickets
       where workspace_id = $1 and ($2::text is null or status = $2) order by opened_at desc limit 200`,
      [this.#workspaceId, status ?? null],
    );
    return rows;
  }

  async find(id: string): Promise<Ticket | null> {
    const { rows } = await this.#db.query<Ticket>(
      "select id, workspace_id, subject, status, opened_at from tickets where id = $1 and workspace_id = $2",
      [id, this.#workspaceId],
    );
    return rows[0] ?? null;
  }

  async open(subject: string, personId: string): Promise<Ticket> {
    const { rows } = await this.#db.query<Ticket>(
      `insert into tickets (workspace_id, subject, opened_by) values ($1, $2, $3)
       returning id, workspace_id, subject, status, opened_at`,
      [this.#workspaceId, subject, personId],
    );
    if (rows[0] === undefined) throw new Error("the ticket was not written");
    return rows[0];
  }

  async remove(id: string): Promise<boolean> {
    const { rowCount } = await this.#db.query("delete from tickets where id = $1 and workspace_id = $2", [
      id,
      this.#workspaceId,
    ]);
    return rowCount === 1;
  }
}
