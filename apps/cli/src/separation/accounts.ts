/** The operating-system account a process runs under. */
export interface Account {
  uid: number;
  gid: number;
}

/** Every process that gets an account of its own, in the order of their numbers. */
export const separated = ["gateway", "dashboard", "sandbox", "postgres"] as const;
export type SeparatedProcess = (typeof separated)[number];

/** One account for each process: METERR_UID_BASE and the numbers after it, user and group alike. */
export type Accounts = Readonly<Record<SeparatedProcess, Account>>;

/** In the range Debian leaves to local choice, beyond ordinary users and below "nobody". */
export const defaultUidBase = 64_100;

/** The accounts need no entry in /etc/passwd: the kernel knows users by number. */
export function accountsFrom(base: number): Accounts {
  const account = (process: SeparatedProcess): Account => {
    const number = base + separated.indexOf(process);
    return { uid: number, gid: number };
  };
  return {
    gateway: account("gateway"),
    dashboard: account("dashboard"),
    sandbox: account("sandbox"),
    postgres: account("postgres"),
  };
}
