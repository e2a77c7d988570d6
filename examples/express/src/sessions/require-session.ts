import type { RequestHandler, Response } from "express";
import type pg from "pg";
import { COOKIE, findSession, type Person } from "./find-session.ts";

/** Lets nobody past without a session; `personOf(response)` is theirs. */
export function requireSession(db: pg.Pool): RequestHandler {
  return async (request, response, next) => {
    const token = readCookie(request.headers.cookie ?? "", COOKIE);
    const person = token === null ? null : await findSession(db, token);
    if (person === null) {
      response.status(401).json({ error: "sign in first" });
      return;
    }
    response.locals["person"] = person;
    next();
  };
}

export function personOf(response: Response): Person {
  const person = response.locals["person"] as Person | undefined;
  if (person === undefined) throw new Error("this route stands before requireSession");
  return person;
}

function readCookie(header: string, name: string): string | null {
  for (const pair of header.split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value !== undefined && value !== "") return value;
  }
  return null;
}
