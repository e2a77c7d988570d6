import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import * as z from "zod";
import { IdentityError } from "../errors.ts";
import { checkPassword } from "../password/check-password.ts";

/** A user, without anything secret. Emails are lower-case. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly emailVerified: boolean;
  readonly twoFactorEnabled: boolean;
}

export interface NewUser {
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

/** What our own modules do with users on the server, past the HTTP surface. Every method rejects with `IdentityError` on refusal. */
export interface UserCalls {
  /** @throws IdentityError email_invalid, email_taken, name_invalid, password_too_short, password_too_long, password_too_common */
  createUser(user: NewUser): Promise<User>;
  findUserByEmail(email: string): Promise<User | null>;
  findUser(userId: string): Promise<User | null>;
  /** Also ends every session and every pending reset. @throws IdentityError user_not_found, password_… */
  setPassword(userId: string, password: string): Promise<void>;
  /** Removes the user with sessions, password and second factor. False when there was none. */
  deleteUser(userId: string): Promise<boolean>;
}

const emailSchema = z.email().max(320);
const SELECT = `select id, email, name, "emailVerified", coalesce("twoFactorEnabled", false) as "twoFactorEnabled" from auth."user"`;
const UNIQUE_VIOLATION = "23505";

/** `hash` is the library's password hash, so that both write the same. */
export function userCalls(pool: Pool, now: () => Date, hash: (password: string) => Promise<string>): UserCalls {
  const findUser = async (userId: string): Promise<User | null> =>
    (await pool.query<User>(`${SELECT} where id::text = $1`, [userId])).rows[0] ?? null;

  return {
    findUser,
    async findUserByEmail(email) {
      return (await pool.query<User>(`${SELECT} where email = $1`, [email.trim().toLowerCase()])).rows[0] ?? null;
    },
    async createUser({ email: given, password, name: givenName }) {
      const email = given.trim().toLowerCase();
      const name = givenName.trim();
      if (!emailSchema.safeParse(email).success) throw new IdentityError("email_invalid");
      if (name.length < 1 || name.length > 120) throw new IdentityError("name_invalid");
      refuseWeak(password, email);
      const passwordHash = await hash(password);
      const id = randomUUID();
      await inTransaction(pool, async (client) => {
        await client.query(
          `insert into auth."user" (id, name, email, "emailVerified", "createdAt", "updatedAt") values ($1, $2, $3, false, $4, $4)`,
          [id, name, email, now()],
        );
        await writePassword(client, { userId: id, passwordHash, at: now() });
      });
      return { id, email, name, emailVerified: false, twoFactorEnabled: false };
    },
    async setPassword(userId, password) {
      const user = await findUser(userId);
      if (user === null) throw new IdentityError("user_not_found");
      refuseWeak(password, user.email);
      const passwordHash = await hash(password);
      await inTransaction(pool, async (client) => {
        await writePassword(client, { userId, passwordHash, at: now() });
        await client.query(`delete from auth.session where "userId" = $1`, [userId]);
        await client.query(`delete from auth.verification where value = $1`, [userId]);
      });
    },
    async deleteUser(userId) {
      const { rowCount } = await pool.query(`delete from auth."user" where id::text = $1`, [userId]);
      if (rowCount === 1) await pool.query(`delete from auth.verification where value = $1`, [userId]);
      return rowCount === 1;
    },
  };
}

function refuseWeak(password: string, email: string): void {
  const refusal = checkPassword(password, email);
  if (refusal !== null) throw new IdentityError(refusal);
}

async function writePassword(
  client: PoolClient,
  row: { userId: string; passwordHash: string; at: Date },
): Promise<void> {
  await client.query(
    `insert into auth.account ("accountId", "providerId", "userId", password, "createdAt", "updatedAt")
      values ($1::uuid::text, 'credential', $1::uuid, $2, $3, $3)
      on conflict ("providerId", "accountId") do update set password = excluded.password, "updatedAt" = excluded."updatedAt"`,
    [row.userId, row.passwordHash, row.at],
  );
}

async function inTransaction(pool: Pool, work: (client: PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await work(client);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    if (error instanceof Error && Reflect.get(error, "code") === UNIQUE_VIOLATION)
      throw new IdentityError("email_taken");
    throw error;
  } finally {
    client.release();
  }
}
