import type { z } from "zod";
import { CliError } from "../errors.ts";
import { pageOf } from "../commands/answers.ts";
import { readAnswer } from "../commands/read-answer.ts";
import { printable } from "../terminal/printable.ts";
import type { ApiClient } from "./client.ts";

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Ids named in a refusal; more would be no help. */
const MOST_TOLD = 5;

interface Named {
  id: string;
  name: string;
  created_at?: string | null | undefined;
}

export interface NamedKind<Item extends Named> {
  /** The list, without what is revoked. */
  path: string;
  item: z.ZodType<Item>;
  /** As a person calls one. */
  what: string;
  /** The command whose `list` shows them. */
  list: string;
}

/**
 * What is meant by an id, or by a name that only one in force has.
 * @returns the id, and both as a person reads them
 * @throws CliError `usage` when no one or several have the name
 */
export async function findByName<Item extends Named>(
  client: ApiClient,
  { path, item, what, list }: NamedKind<Item>,
  named: string,
): Promise<{ id: string; text: string }> {
  if (uuid.test(named)) return { id: named, text: named };
  const found: Item[] = [];
  let cursor: string | undefined;
  do {
    const answer = await client.send({ method: "GET", path, query: { limit: 200, cursor } });
    const page = readAnswer(pageOf(item), answer);
    found.push(...page.items.filter(({ name }) => name === named));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  const [first, second] = found;
  const shown = printable(named);
  if (first === undefined) {
    throw new CliError("usage", `No ${what} in force has the id or name ${shown}.`, {
      next: `See them: npx meterr ${list} list`,
    });
  }
  if (second === undefined) return { id: first.id, text: `${shown} (${printable(first.id)})` };
  const told = found
    .slice(0, MOST_TOLD)
    .map(({ id, created_at: at }) => `${printable(id)}${at ? `, made ${at.slice(0, 10)}` : ""}`);
  const more = found.length > MOST_TOLD ? "; and more" : "";
  throw new CliError("usage", `${found.length} ${what}s in force are called ${shown}; nothing was revoked.`, {
    next: `Give the id of the one you mean: ${told.join("; ")}${more}`,
  });
}
