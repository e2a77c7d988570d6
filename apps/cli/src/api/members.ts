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
 * Who is meant by an id or an e-mail address. `joined` leaves out those who are only invited.
 * @throws CliError `usage` when nobody is
 */
export async function findMember(client: ApiClient, named: string, { joined = false } = {}): Promise<Member> {
  const wanted = named.trim().toLowerCase();
  const isWanted = ({ id, email }: Member) => (uuid.test(wanted) ? id === wanted : email.toLowerCase() === wanted);
  const found = (await everyMember(client)).filter(isWanted);
  const active = found.find(({ status }) => status === "active");
  const one = active ?? (joined ? undefined : found[0]);
  if (one !== undefined) return one;
  const what =
    found.length > 0
      ? "This person is invited and has not joined yet."
      : "There is no member with this id or e-mail address.";
  throw new CliError("usage", what, { next: "See who there is: npx meterr members list" });
}
