import { Problem } from "../problem.ts";
import type { Access, Authorize } from "../route.ts";

/** The membership and role gate. Only `true` passes. Throws Problem `forbidden` or `identity_unavailable`. */
export async function checkAuthorized(authorize: Authorize, access: Access): Promise<void> {
  let allowed: unknown;
  try {
    allowed = await authorize(access);
  } catch (cause) {
    throw new Problem("identity_unavailable", { cause });
  }
  if (allowed !== true) throw new Problem("forbidden");
}
