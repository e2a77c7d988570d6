import { createHash, randomBytes, randomUUID } from "node:crypto";
import { askDatabase } from "./database.ts";
import type { Machine } from "./machine.ts";

/** A machine is set up for one organisation; another is put into its database, with an invitation that makes its owner. */
export async function addOrganisation(
  machine: Machine,
  name: string,
  email: string,
): Promise<{ orgId: string; invitation: string }> {
  const [orgId, memberId, invitation] = [randomUUID(), randomUUID(), randomBytes(32).toString("base64url")];
  const hash = createHash("sha256").update(invitation).digest("hex");
  for (const value of [name, email]) if (!/^[\w @.-]+$/.test(value)) throw new TypeError("a name of other characters");
  await askDatabase(machine, `insert into meterr.organisations (org_id, name) values ('${orgId}', '${name}')`);
  await askDatabase(
    machine,
    `insert into meterr.members (org_id, id, user_id, email, name, role)
     values ('${orgId}', '${memberId}', '${randomUUID()}', 'nobody@example.test', 'Nobody', 'owner')`,
  );
  await askDatabase(
    machine,
    `insert into meterr.invitations (org_id, id, email, name, role, hash, invited_by, expires_at)
     values ('${orgId}', '${randomUUID()}', '${email}', 'Invited', 'owner', '\\x${hash}', '${memberId}',
       now() + interval '1 hour')`,
  );
  return { orgId, invitation };
}
