import { CliError } from "../errors.ts";
import { member, pageOf, type Member } from "../commands/answers.ts";
import { readAnswer } from "../commands/read-answer.ts";
import type { ApiClient } from "./client.ts";

const path = "/api/v1/members";
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Every member and open invitation, page by page. */
export async function everyMember(client: ApiClient): Promise<Member[]> {
  const all: Member[] = [];
  let cursor: string | undefined;
  do {
    const answer = await client.send({ method: "GET", path, query: { limit: 200, cursor } });
    const page = readAnswer(pageOf(member), answer);
    all.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}

/**
 * Who is meant by an id or an e-mail address.
 * @throws CliError `usage` when nobody is
 */
export async function findMember(client: ApiClient, named: string): Promise<Member> {
  const wanted = named.trim().toLowerCase();
  const isWanted = ({ id, email }: Member) => (uuid.test(wanted) ? id === wanted : email.toLowerCase() === wanted);
  const found = (await everyMember(client)).filter(isWanted);
  // Somebody invited again under the same address stands there twice: who has joined is meant.
  const one = found.find(({ status }) => status === "active") ?? found[0];
  if (one !== undefined) return one;
  throw new CliError("usage", "There is no member with this id or e-mail address.", {
    next: "See who there is: npx meterr members list",
  });
}
