import type { NextRequest } from "next/server";
import { COOKIE, findMember, type Member } from "./find-member.ts";
import { setting } from "./pool.ts";

type Handler<Context> = (member: Member, request: NextRequest, context: Context) => Promise<Response>;

/** A route handler that is reached with a session only, and for writes from this site's own pages only. */
export function asMember<Context>(handler: Handler<Context>) {
  return async (request: NextRequest, context: Context): Promise<Response> => {
    const token = request.cookies.get(COOKIE)?.value;
    const member = token === undefined ? null : await findMember(token);
    if (member === null) return refuse(401, "sign in first");
    if (request.method !== "GET" && request.headers.get("origin") !== setting("ORIGIN")) {
      return refuse(403, "not from this site");
    }
    return handler(member, request, context);
  };
}

export function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status });
}
