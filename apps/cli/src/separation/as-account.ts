import type { Account } from "./accounts.ts";

/**
 * Does file work as another account, for what only its owner may touch. The whole process has that account meanwhile,
 * so it is used where nothing else of the supervisor is under way. Undefined: as ourselves.
 */
export async function asAccount<Result>(account: Account | undefined, work: () => Promise<Result>): Promise<Result> {
  if (account === undefined) return work();
  if (process.setegid === undefined || process.seteuid === undefined) throw new Error("this platform has no accounts");
  process.setegid(account.gid);
  process.seteuid(account.uid);
  try {
    return await work();
  } finally {
    // The user first: only root may take the group back.
    process.seteuid(0);
    process.setegid(0);
  }
}
