import type { Rule } from "../rule.ts";

export const hardcodedSecret: Rule = {
  id: "secrets/hardcoded-secret",
  title: "A secret is written in the source",
  explanation:
    "A credential that stands in the source is in every clone, every fork, every build and the whole " +
    'history. A default behind a variable (`process.env.JWT_SECRET ?? "…"`) is the same where the ' +
    "variable is not set: whoever has read the source signs tokens for any user.\n\n" +
    "The auditor looks for texts shaped like the credentials of known issuers, private keys, database " +
    "addresses with a password, literals given to functions that sign, literals under names that say what " +
    "they are, and defaults behind secret variables. Files of tests and examples are left alone, and so " +
    "are placeholders.\n\n" +
    "It does not see credentials without a shape of their own under names that say nothing, nor the " +
    "repository's history.",
  cwe: [798, 321],
  severity: "critical",
  precision: "high",
  fix:
    "Read it from the environment or a secret store and stop at start-up without it. Replace the one that " +
    "was in the source, and do not merely delete it.",
  bad: [
    {
      path: "src/tokens.ts",
      code: `import jwt from "jsonwebtoken";

export function issueToken(userId: string): string {
  return jwt.sign({ sub: userId }, "our-signing-phrase-2024", { expiresIn: "1h" });
}
`,
    },
    {
      path: "src/session-options.ts",
      code: `export const sessionOptions = {
  cookieName: "session",
  secret: process.env.SESSION_SECRET ?? "local-only-phrase",
};
`,
    },
  ],
  good: [
    {
      path: "src/tokens.ts",
      code: `import jwt from "jsonwebtoken";

const secret = process.env.JWT_SECRET;
if (!secret) throw new Error("JWT_SECRET is required");
const signingSecret: string = secret;

export function issueToken(userId: string): string {
  return jwt.sign({ sub: userId }, signingSecret, { expiresIn: "1h" });
}
`,
    },
    {
      path: "src/session-options.ts",
      code: `const secret = process.env.SESSION_SECRET;
if (!secret) throw new Error("SESSION_SECRET is required");

export const sessionOptions = { cookieName: "session", secret };
`,
    },
  ],
};
