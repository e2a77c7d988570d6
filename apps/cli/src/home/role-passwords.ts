import { loginRoles, type LoginRole } from "@meterr/database";
import { z } from "zod";
import { CliError } from "../errors.ts";
import { readPrivateFile } from "./read-private-file.ts";
import { writePrivateFile } from "./write-private-file.ts";

/** Each password is handed to the one process that needs it. */
export type RolePasswords = Record<LoginRole, string>;

const known = z.partialRecord(z.enum(loginRoles), z.string().min(32));

/** The password of every role, made once (256 random bits each) and kept in a 0600 file. */
export async function loadRolePasswords(path: string, randomBytes: (size: number) => Buffer): Promise<RolePasswords> {
  const text = await readPrivateFile(path);
  const kept = text === undefined ? {} : parse(text, path);
  const complete = Object.fromEntries(
    loginRoles.map((role) => [role, kept[role] ?? randomBytes(32).toString("base64url")]),
  ) as RolePasswords;
  if (loginRoles.some((role) => kept[role] === undefined)) {
    await writePrivateFile(path, `${JSON.stringify(complete, null, 2)}\n`);
  }
  return complete;
}

function parse(text: string, path: string): Partial<RolePasswords> {
  try {
    return known.parse(JSON.parse(text));
  } catch {
    throw new CliError("configuration_refused", `${path} does not hold the database roles' passwords.`, {
      next: "Restore it from your backup, or delete it: new passwords are then made and set at the next start.",
    });
  }
}
