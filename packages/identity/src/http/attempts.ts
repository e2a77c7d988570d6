import { addressGroup } from "../limits/address-group.ts";
import { ACCOUNT_RULE, ADDRESS_RULE, type SignInLimits } from "../limits/sign-in-limits.ts";

/** An attempt that was let through, to be told when it succeeded. */
export interface CountedAttempt {
  succeeded(): Promise<void>;
}

export type Counting =
  | { readonly allowed: true; readonly attempt: CountedAttempt }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

/** Whose attempt it is. `account` names what is attempted and on which account; null counts the address alone. */
export interface Attempted {
  readonly address: string;
  readonly account: string | null;
}

/** Counts an attempt against its address and its account. A success gives the account a fresh start. */
export async function countAttempt(limits: SignInLimits, { address, account }: Attempted): Promise<Counting> {
  const addressBucket = `address:${addressGroup(address)}`;
  const byAddress = await limits.attempt(addressBucket, ADDRESS_RULE);
  if (!byAddress.allowed) return byAddress;
  if (account !== null) {
    const byAccount = await limits.attempt(`account:${account}`, ACCOUNT_RULE);
    if (!byAccount.allowed) return byAccount;
  }
  const succeeded = async (): Promise<void> => {
    await limits.forgive(addressBucket);
    if (account !== null) await limits.clear(`account:${account}`);
  };
  return { allowed: true, attempt: { succeeded } };
}
