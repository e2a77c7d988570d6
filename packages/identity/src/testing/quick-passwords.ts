import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import type { PasswordHashing } from "../password/password-hashing.ts";

const LENGTH = 64;
/** Salted, one-way and of the same form as in production, at the least cost there is: hundreds of tests sign somebody in. */
const digest = (password: string, salt: string): Buffer => scryptSync(password, salt, LENGTH, { N: 2, r: 1, p: 1 });

/** For tests of everything but the strength of what is kept of a password. */
export const quickPasswords: PasswordHashing = {
  async hash(password) {
    const salt = randomBytes(16).toString("hex");
    return `${salt}:${digest(password, salt).toString("hex")}`;
  },
  async verify({ hash, password }) {
    const [salt = "", kept = ""] = hash.split(":");
    const expected = Buffer.from(kept, "hex");
    return expected.length === LENGTH && timingSafeEqual(expected, digest(password, salt));
  },
};
