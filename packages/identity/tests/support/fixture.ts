import { randomBytes, randomUUID } from "node:crypto";
import { testDatabase, type TestDatabase } from "@meterr/database/testing";
import type { Membership } from "@meterr/runtime";
import {
  createIdentity,
  type Identity,
  type IdentityFailure,
  type IdentityMail,
  type IdentitySettings,
} from "../../src/index.ts";
import { databaseSignInLimits } from "../../src/limits/database-sign-in-limits.ts";
import { quickPasswords } from "../../src/testing/index.ts";
import { browser, TEST_ADDRESS, type Browser } from "./browser.ts";

export const ORIGIN = "http://127.0.0.1:3000";

/** An identity on a database of its own, with a clock that can be set ahead and a mailbox. */
export interface Fixture {
  readonly identity: Identity;
  readonly database: TestDatabase;
  readonly mails: IdentityMail[];
  readonly failures: IdentityFailure[];
  readonly memberships: Map<string, Membership[]>;
  readonly secret: string;
  passes(seconds: number): void;
  now(): Date;
  browse(address?: string): Browser;
  /** Another identity on the same database. */
  again(settings: Partial<IdentitySettings>): Promise<Identity>;
  nextMail(purpose: IdentityMail["purpose"]): Promise<string>;
}

export async function fixture(settings: Partial<IdentitySettings> = {}): Promise<Fixture> {
  const database = await testDatabase();
  const secret = randomBytes(32).toString("base64url");
  const mails: IdentityMail[] = [];
  const waiting: ((mail: IdentityMail) => void)[] = [];
  const failures: IdentityFailure[] = [];
  const memberships = new Map<string, Membership[]>();
  let ahead = 0;
  const now = (): Date => new Date(Date.now() + ahead);
  const began = Date.now();
  /** Stands still but for what is set ahead: however slow the machine, no wait of a second is over before it is seen. */
  const still = (): Date => new Date(began + ahead);
  const again = (other: Partial<IdentitySettings>): Promise<Identity> =>
    createIdentity({
      pool: database.pools.identity,
      baseUrl: ORIGIN,
      secret,
      clock: now,
      trustedOrigins: [],
      secureCookies: false,
      memberships: async (userId) => memberships.get(userId) ?? [],
      clientAddress: (request) => request.headers.get(TEST_ADDRESS) ?? "",
      sendMail: async (mail) => {
        const waiter = waiting.shift();
        if (waiter === undefined) mails.push(mail);
        else waiter(mail);
      },
      onFailure: (failure) => failures.push(failure),
      passwords: quickPasswords,
      ...(other.pool === undefined && { signInLimits: databaseSignInLimits(database.pools.identity, secret, still) }),
      ...other,
    });
  const identity = await again(settings);
  return {
    identity,
    database,
    mails,
    failures,
    memberships,
    secret,
    now,
    again,
    passes: (seconds) => {
      ahead += seconds * 1000;
    },
    browse: (address) => browser((request) => identity.handler(request), ORIGIN, address),
    async nextMail(purpose) {
      const mail = mails.shift() ?? (await new Promise<IdentityMail>((resolve) => waiting.push(resolve)));
      if (mail.purpose !== purpose) throw new Error(`A mail of another purpose: ${mail.purpose}`);
      return decodeURIComponent(new URL(mail.link).hash.slice("#token=".length));
    },
  };
}

/** A password nobody has used before. */
export function freshPassword(): string {
  return randomBytes(18).toString("base64url");
}

export function freshEmail(): string {
  return `person-${randomBytes(6).toString("hex")}@example.test`;
}

/** A person with an account. */
export async function person(identity: Identity): Promise<{ id: string; email: string; password: string }> {
  const email = freshEmail();
  const password = freshPassword();
  const { id } = await identity.createUser({ email, password, name: "Ada" });
  return { id, email, password };
}

export function membership(role: string): Membership {
  return {
    tenantId: randomUUID(),
    subjectId: randomUUID(),
    role,
    visibility: role === "developer" ? "subject" : "tenant",
  };
}

/** What an authenticator is given besides the request. */
export function io(now: () => Date) {
  return { rawBody: async () => new Uint8Array(), now, signal: new AbortController().signal };
}
