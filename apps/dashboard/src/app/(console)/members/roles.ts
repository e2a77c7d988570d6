import type { Role } from "@/api/answers.ts";

export const ROLES: readonly { readonly value: Role; readonly label: string; readonly may: string }[] = [
  { value: "owner", label: "Owner", may: "everything" },
  { value: "admin", label: "Admin", may: "the team and all data" },
  { value: "developer", label: "Developer", may: "own virtual keys and own usage" },
  { value: "viewer", label: "Viewer", may: "reads the dashboard" },
];

/** Roles to offer: admins neither make nor unmake owners. The API decides it again. */
export function offeredRoles(actor: string): readonly (typeof ROLES)[number][] {
  return actor === "owner" ? ROLES : ROLES.filter(({ value }) => value !== "owner");
}
