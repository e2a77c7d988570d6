import type { Budget, Page } from "./answers.ts";
import { ask } from "./ask.ts";
import type { Answer } from "./problem.ts";

/** Every budget the visitor may see, page by page: one that is left out would be shown as none. */
export async function askBudgets(): Promise<Answer<readonly Budget[]>> {
  const all: Budget[] = [];
  let cursor: string | null = null;
  do {
    const answer: Answer<Page<Budget>> = await ask<Page<Budget>>(
      `/api/v1/budgets?limit=200${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    if (!answer.ok) return answer;
    all.push(...answer.data.items);
    cursor = answer.data.next_cursor;
  } while (cursor !== null);
  return { ok: true, data: all };
}
