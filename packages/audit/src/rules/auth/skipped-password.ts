import type { Rule } from "../rule.ts";

export const skippedPassword: Rule = {
  id: "auth/skipped-password",
  title: "Signing in does not always ask for the password",
  explanation:
    "The function that signs somebody in finds the account by its address and answers it, and on one way " +
    "through it nobody has compared the password: the comparison is gone, or it stands behind a condition " +
    "that the client decides, such as whether a one-time code was sent. Whoever knows an address is then " +
    "that account.\n\n" +
    "The auditor reads the `authorize` function of Auth.js's credentials provider and the verifying " +
    "function of Passport's local strategy. It looks for what compares the password and for the " +
    "conditions around it.\n\n" +
    "It does not judge how the comparison works; sign-in by link or code, which knows no password, is " +
    "left alone.",
  cwe: [287, 303],
  severity: "critical",
  precision: "high",
  fix: "Compare the password first and on every way, and refuse where it is wrong; ask for further factors after that.",
  bad: [
    {
      path: "src/auth.ts",
      code: `import Credentials from "next-auth/providers/credentials";
import { authenticator } from "otplib";
import { verifyPassword } from "./password";
import { prisma } from "./prisma";

export const providers = [
  Credentials({
    credentials: { email: {}, password: {}, code: {} },
    async authorize(credentials) {
      const user = await prisma.user.findUnique({ where: { email: credentials.email } });
      if (!user) return null;
      if (!credentials.code) {
        if (!(await verifyPassword(credentials.password, user.passwordHash))) return null;
      }
      if (user.secret && !authenticator.check(credentials.code, user.secret)) return null;
      return { id: user.id, email: user.email };
    },
  }),
];
`,
    },
    {
      path: "src/passport.js",
      code: `const passport = require("passport");
const { Strategy: LocalStrategy } = require("passport-local");
const User = require("./models/user");

passport.use(
  new LocalStrategy({ usernameField: "email" }, async (email, password, done) => {
    const user = await User.findOne({ email });
    if (!user) return done(null, false);
    return done(null, user);
  }),
);
`,
    },
  ],
  good: [
    {
      path: "src/auth.ts",
      code: `import Credentials from "next-auth/providers/credentials";
import { authenticator } from "otplib";
import { verifyPassword } from "./password";
import { prisma } from "./prisma";

export const providers = [
  Credentials({
    credentials: { email: {}, password: {}, code: {} },
    async authorize(credentials) {
      const user = await prisma.user.findUnique({ where: { email: credentials.email } });
      if (!user) return null;
      if (!(await verifyPassword(credentials.password, user.passwordHash))) return null;
      if (user.secret && !authenticator.check(credentials.code, user.secret)) return null;
      return { id: user.id, email: user.email };
    },
  }),
];
`,
    },
    {
      path: "src/passport.js",
      code: `const passport = require("passport");
const { Strategy: LocalStrategy } = require("passport-local");
const User = require("./models/user");

passport.use(
  new LocalStrategy({ usernameField: "email" }, async (email, password, done) => {
    const user = await User.findOne({ email });
    if (!user || !(await user.comparePassword(password))) return done(null, false);
    return done(null, user);
  }),
);
`,
    },
  ],
};
