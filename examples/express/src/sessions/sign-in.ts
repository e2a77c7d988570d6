import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { Router } from "express";
import type pg from "pg";
import { z } from "zod";
import { COOKIE, hashToken } from "./find-session.ts";

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const credentials = z.strictObject({ email: z.email(), password: z.string().min(1).max(200) });
const HOURS = 12;
/** Compared with when nobody has the address, so that it takes as long. */
const NOBODY = `${"00".repeat(16)}:${"00".repeat(32)}`;

export function signInRouter(db: pg.Pool): Router {
  const router = Router();
  router.post("/sign-in", async (request, response) => {
    const input = credentials.safeParse(request.body);
    if (!input.success) {
      response.status(400).json({ error: "email and password are needed" });
      return;
    }
    const { rows } = await db.query<{ id: string; password: string }>(
      "select id, password from people where email = $1",
      [input.data.email.toLowerCase()],
    );
    const person = rows[0];
    if (!(await isPassword(person?.password ?? NOBODY, input.data.password)) || person === undefined) {
      response.status(401).json({ error: "no such email and password" });
      return;
    }
    const token = randomBytes(32).toString("base64url");
    await db.query(
      "insert into sessions (token_hash, person_id, expires_at) values ($1, $2, now() + make_interval(hours => $3))",
      [hashToken(token), person.id, HOURS],
    );
    response.cookie(COOKIE, token, { httpOnly: true, sameSite: "lax", maxAge: HOURS * 3_600_000, path: "/" });
    response.status(204).end();
  });
  return router;
}

async function isPassword(stored: string, given: string): Promise<boolean> {
  const [salt = "", hash = ""] = stored.split(":");
  const expected = Buffer.from(hash, "hex");
  return timingSafeEqual(await derive(given, Buffer.from(salt, "hex"), expected.length), expected);
}
