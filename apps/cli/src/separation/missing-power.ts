import { separated, type Accounts } from "./accounts.ts";

/** capabilities(7): the number of the bit, and what it is for. */
const powers = [
  [0, "CAP_CHOWN"],
  [5, "CAP_KILL"],
  [6, "CAP_SETGID"],
  [7, "CAP_SETUID"],
] as const;

/** What this root lacks to run processes as other users, as in some containers; null when nothing. */
export function missingPower(accounts: Accounts, read: (path: string) => string): string | null {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(read("/proc/self/status"))?.[1];
  if (effective !== undefined) {
    const held = BigInt(`0x${effective}`);
    const lacking = powers.filter(([bit]) => (held & (1n << BigInt(bit))) === 0n).map(([, name]) => name);
    if (lacking.length > 0) return `this root may not change users (${lacking.join(", ")} is missing)`;
  }
  // user_namespaces(7): "inside outside length"; a number outside of every line does not exist here.
  const mapped = read("/proc/self/uid_map")
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, , length]) => length !== undefined && length > 0);
  const exists = (uid: number): boolean =>
    mapped.length === 0 || mapped.some(([from = 0, , length = 0]) => uid >= from && uid < from + length);
  const absent = separated.find((process) => !exists(accounts[process].uid));
  return absent === undefined ? null : `the user ${accounts[absent].uid} does not exist in this container`;
}
