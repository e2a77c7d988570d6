import type { Rule } from "../rule.ts";

export const unlimitedToken: Rule = {
  id: "auth/unlimited-token",
  title: "A link that sets a password is good for ever",
  explanation:
    "Whoever asks for a new password, or to sign in without one, is sent a secret by mail. Mail is kept for " +
    "years, in more than one place: an archive, a forwarded message, a phone that was sold. A secret that nobody " +
    "asks the age of opens the account whenever it is found, even where it is good for one use only.\n\n" +
    "The auditor looks for a look-up by the secret, in code that then sets a password or opens a session, where " +
    "neither the query nor anything around it has to do with time.\n\n" +
    "It does not see records that end by themselves: a key in a cache, a collection that forgets its documents.",
  cwe: [613, 640],
  severity: "medium",
  precision: "medium",
  fix: "Store when the secret ends, and ask it in the same query: `where: { tokenHash, usedAt: null, expiresAt: { gt: new Date() } }`.",
  bad: [
    {
      path: "app/api/auth/reset-password/route.ts",
      code: `import { createHash } from "node:crypto";
import { hash } from "@node-rs/argon2";
import { z } from "zod";
import { prisma } from "@/lib/prisma";

const shape = z.object({ token: z.string().length(64), password: z.string().min(12).max(200) });

export async function POST(request: Request) {
  const body = shape.safeParse(await request.json());
  if (!body.success) return new Response(null, { status: 400 });
  const tokenHash = createHash("sha256").update(body.data.token).digest("hex");
  const reset = await prisma.passwordReset.findFirst({ where: { tokenHash, usedAt: null } });
  if (reset === null) return new Response(null, { status: 410 });
  await prisma.passwordReset.update({ where: { id: reset.id }, data: { usedAt: new Date() } });
  await prisma.user.update({ where: { id: reset.userId }, data: { passwordHash: await hash(body.data.password) } });
  return new Response(null, { status: 204 });
}
`,
    },
  ],
  good: [
    {
      path: "app/api/auth/reset-password/route.ts",
      code: `import { createHash } from "node:crypto";
import { hash } from "@node-rs/argon2";
import { z } from "zod";
import { prisma } from "@/lib/prisma";

const shape = z.object({ token: z.string().length(64), password: z.string().min(12).max(200) });

export async function POST(request: Request) {
  const body = shape.safeParse(await request.json());
  if (!body.success) return new Response(null, { status: 400 });
  const tokenHash = createHash("sha256").update(body.data.token).digest("hex");
  const reset = await prisma.passwordReset.findFirst({
    where: { tokenHash, usedAt: null, expiresAt: { gt: new Date() } },
  });
  if (reset === null) return new Response(null, { status: 410 });
  await prisma.passwordReset.update({ where: { id: reset.id }, data: { usedAt: new Date() } });
  await prisma.user.update({ where: { id: reset.userId }, data: { passwordHash: await hash(body.data.password) } });
  return new Response(null, { status: 204 });
}
`,
    },
  ],
};
