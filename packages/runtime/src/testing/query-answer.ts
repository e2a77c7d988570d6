/** What a statement answers, as `pg` has it. */
export type QueryAnswer = { rows: unknown[]; rowCount: number | null };
