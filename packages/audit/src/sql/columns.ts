import type { Table } from "./schema.ts";

const TENANT = /^(?:tenant|org|organi[sz]ation|workspace)(?:id|uuid|key|ref)$/;
const PERHAPS_TENANT =
  /^(?:team|account|company|business|agency|clinic|school|store|shop|household|practice|hospital|firm|facility|family|employer|customeraccount)(?:id|uuid)$/;
const OWNER =
  /^(?:(?:user|owner|author|profile|member|creator|uploader|createdby|ownedby)(?:id|uid|uuid)|owner|createdby|ownedby)$/;

/** `org_id`, `orgId` and `"OrgID"` are one name. */
export function plain(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

/** Columns that name the tenant; the ambiguous ones (`team_id`) only where policies compare them somewhere. */
export function tenantColumns(table: Table, compared: ReadonlySet<string>): string[] {
  return [...table.columns.keys()].filter((name) => {
    const short = plain(name);
    return TENANT.test(short) || (PERHAPS_TENANT.test(short) && compared.has(short));
  });
}

/** Columns that name the person a row belongs to. */
export function ownerColumns(table: Table): string[] {
  return [...table.columns.values()]
    .filter(({ name, references }) => isOwnerName(name) || references === "auth.users")
    .map(({ name }) => name);
}

export function isTenantName(name: string): boolean {
  return TENANT.test(plain(name)) || PERHAPS_TENANT.test(plain(name));
}

export function isOwnerName(name: string): boolean {
  return OWNER.test(plain(name));
}
