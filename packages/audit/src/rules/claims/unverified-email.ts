import type { Rule } from "../rule.ts";

export const unverifiedEmail: Rule = {
  id: "claims/unverified-email",
  title: "An account is linked by an e-mail that nobody verified",
  explanation:
    "Whoever signs in through a provider is given the existing account with the same e-mail. Some providers let " +
    "people write any address into their profile, so that an attacker who enters yours there becomes you.\n\n" +
    "The auditor looks for a user found by e-mail and then tied to a provider's account, where neither that block " +
    "nor where the address came from says a word of it being verified.\n\n" +
    "It does not know which providers verify every address they hand out.",
  cwe: [287, 345],
  severity: "high",
  precision: "medium",
  fix:
    "Link only where the provider says `email_verified: true` and is known to mean it; otherwise ask the owner to " +
    "sign in first and link from there.",
  bad: [
    {
      path: "src/auth/google.ts",
      code: `import { issueSession } from "./session";
import { profileOf } from "./google-client";
import { prisma } from "../prisma";

export async function signInWithGoogle(code: string) {
  const profile = await profileOf(code);
  const user = await prisma.user.findUnique({ where: { email: profile.email } });
  if (!user) return null;
  await prisma.account.create({ data: { userId: user.id, provider: "google", providerAccountId: profile.sub } });
  return issueSession(user.id);
}
`,
    },
  ],
  good: [
    {
      path: "src/auth/google.ts",
      code: `import { issueSession } from "./session";
import { profileOf } from "./google-client";
import { prisma } from "../prisma";

export async function signInWithGoogle(code: string) {
  const profile = await profileOf(code);
  if (!profile.email_verified) return null;
  const user = await prisma.user.findUnique({ where: { email: profile.email } });
  if (!user) return null;
  await prisma.account.create({ data: { userId: user.id, provider: "google", providerAccountId: profile.sub } });
  return issueSession(user.id);
}
`,
    },
  ],
};
