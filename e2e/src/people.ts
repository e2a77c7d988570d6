import { randomBytes } from "node:crypto";
import type { Machine } from "./machine.ts";
import { drawJwt, managed, signIn } from "./management.ts";

/** Somebody with an account, signed in, with every kind of credential a person can have. */
export interface Member {
  readonly id: string;
  readonly email: string;
  readonly cookie: string;
  readonly jwt: string;
  readonly apiToken: string;
}

export interface Joining {
  /** An API token of an owner of the organisation joined. */
  readonly by: string;
  readonly role: "admin" | "developer" | "viewer";
}

/**
 * Invites, accepts and signs in. Developers and viewers may mint no API token, so everybody joins as an admin, mints
 * one, and gets their role afterwards: a token acts with the role its member has at each use.
 */
export async function joinAs(machine: Machine, { by, role }: Joining): Promise<Member> {
  const email = `${role}-${randomBytes(4).toString("hex")}@example.test`;
  const invited = await managed<{ invitation_token: string }>(201, machine, { token: by }, "POST", "/api/v1/members", {
    body: { email, name: `The ${role}`, role: "admin" },
  });
  const member = await accept(machine, invited.invitation_token, email);
  if (role === "admin") return member;
  await managed(200, machine, { token: by }, "PATCH", `/api/v1/members/${member.id}`, { body: { role } });
  return member;
}

/** Accepts an invitation as an owner or admin with a new account. */
export async function accept(machine: Machine, invitation: string, email: string): Promise<Member> {
  const password = randomBytes(18).toString("base64url");
  const joined = await managed<{ member: { id: string } }>(201, machine, null, "POST", "/api/v1/invitations/accept", {
    body: { token: invitation, password },
  });
  const cookie = await signIn(machine, email, password);
  const jwt = await drawJwt(machine, cookie);
  const minted = await managed<{ token: string }>(201, machine, { cookie }, "POST", "/api/v1/api-tokens", {
    body: { name: "programs" },
  });
  return { id: joined.member.id, email, cookie, jwt, apiToken: minted.token };
}
