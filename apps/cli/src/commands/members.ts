import { Option, type Command } from "commander";
import type { ApiClient } from "../api/client.ts";
import { findMember } from "../api/members.ts";
import { printable } from "../terminal/printable.ts";
import { table, type Column } from "../terminal/table.ts";
import { invited, member, pageOf, type Member } from "./answers.ts";
import { operatorClient, print, type CommandContext, type JsonOption } from "./context.ts";
import { withJson } from "./json-option.ts";
import { addPaging, moreHint, pageQuery, type PagingOptions } from "./paging.ts";
import { readAnswer } from "./read-answer.ts";

const path = "/api/v1/members";
const roles = ["owner", "admin", "developer", "viewer"] as const;

interface InviteOptions extends JsonOption {
  email: string;
  name: string;
  role: string;
}

/** `meterr members list | invite | set-role | remove`. */
export function addMembers(program: Command, context: CommandContext): void {
  const group = program.command("members").description("who belongs to the organisation, and what each may do");
  addPaging(withJson(group.command("list").description("list the members and open invitations"))).action(
    (options: PagingOptions & JsonOption) => list(options, context),
  );
  withJson(
    group
      .command("invite")
      .description("make an invitation; its link is shown once, and you hand it over")
      .requiredOption("--email <address>", "whom")
      .requiredOption("--name <name>", "how they are called")
      .addOption(roleOption()),
  ).action((options: InviteOptions) => invite(options, context));
  withJson(
    group
      .command("set-role")
      .description("change what a member may do, from the next request on")
      .argument("<who>", "e-mail address or id")
      .addOption(roleOption()),
  ).action((who: string, options: JsonOption & { role: string }) => setRole(who, options, context));
  withJson(
    group
      .command("remove")
      .description("remove a member with their virtual keys and API tokens, or withdraw an invitation")
      .argument("<who>", "e-mail address or id"),
  ).action((who: string, options: JsonOption) => remove(who, options, context));
}

function roleOption(): Option {
  return new Option("--role <role>", "what they may do").choices(roles).makeOptionMandatory();
}

const columns: readonly Column<Member>[] = [
  { title: "ID", value: (row) => row.id },
  { title: "E-MAIL", value: (row) => row.email },
  { title: "NAME", value: (row) => row.name },
  { title: "ROLE", value: (row) => row.role },
  { title: "STATUS", value: (row) => row.status },
  { title: "SINCE", value: (row) => row.created_at?.slice(0, 10) },
];

async function list(options: PagingOptions & JsonOption, context: CommandContext): Promise<void> {
  const answer = await (await operatorClient(context)).send({ method: "GET", path, query: pageQuery(options) });
  const page = readAnswer(pageOf(member), answer);
  print(context, options, answer, (paint) => table(columns, page.items, paint));
  moreHint(context, options, page.next_cursor, "npx meterr members list");
}

async function invite(options: InviteOptions, context: CommandContext): Promise<void> {
  const client = await operatorClient(context);
  const body = { email: options.email, name: options.name, role: options.role };
  const answer = await client.send({ method: "POST", path, body });
  const made = readAnswer(invited, answer);
  const link = linkOf(client, made.invitation_token);
  print(context, options, { ...made, link }, (paint) =>
    [
      `${paint("green", "✓")} Invited ${printable(made.email)} as ${made.role}. The link is shown this once:`,
      "",
      `    ${paint("bold", link)}`,
      "",
      `  Hand it over yourself; no mail is sent. It works once, until ${made.expires_at?.slice(0, 10) ?? "it expires"}, for this address alone.`,
    ].join("\n"),
  );
}

/** The token stands in the part of the address that is sent nowhere. */
function linkOf(client: ApiClient, token: string): string {
  return new URL(`/join#token=${encodeURIComponent(token)}`, client.baseUrl).href;
}

async function setRole(who: string, options: JsonOption & { role: string }, context: CommandContext): Promise<void> {
  const client = await operatorClient(context);
  const { id, email } = await findMember(client, who, { joined: true });
  const answer = await client.send({
    method: "PATCH",
    path: `${path}/${encodeURIComponent(id)}`,
    body: { role: options.role },
  });
  print(context, options, answer, (paint) => `${paint("green", "✓")} ${printable(email)} is now ${options.role}.`);
}

async function remove(who: string, options: JsonOption, context: CommandContext): Promise<void> {
  const client = await operatorClient(context);
  const { id, email, status } = await findMember(client, who);
  const withdrawn = status === "invited";
  const at = withdrawn ? "/api/v1/invitations" : path;
  await client.send({ method: "DELETE", path: `${at}/${encodeURIComponent(id)}` });
  const shown = { id, email, ...(withdrawn ? { invitation_withdrawn: true } : { removed: true }) };
  print(context, options, shown, (paint) =>
    withdrawn
      ? `${paint("green", "✓")} Withdrew the invitation of ${printable(email)}.`
      : `${paint("green", "✓")} Removed ${printable(email)}, with every virtual key and API token that acted for them.`,
  );
}
