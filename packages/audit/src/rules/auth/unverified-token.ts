import type { Rule } from "../rule.ts";

export const unverifiedToken: Rule = {
  id: "auth/unverified-token",
  title: "A token is decoded without being verified",
  explanation:
    "`jwt.decode()`, `decodeJwt()` and `jwtDecode()` read what a token says and check no signature. " +
    "Anybody writes such a token with any user, organisation or role in it, and is believed.\n\n" +
    "The auditor looks for a token of the request that is decoded, on a path where nothing has verified " +
    "it, and whose content is then used: in a query, a test, a call or the answer. Decoding a token that " +
    "was verified before is fine, and so is what nothing is done with.\n\n" +
    "It does not see a verification that a gateway made before the request came here, nor a token that is " +
    "taken apart by hand (`atob`, `JSON.parse`).",
  cwe: [347, 345],
  severity: "critical",
  precision: "very-high",
  fix:
    "Verify the token with the issuer's key and a fixed list of algorithms (`jwtVerify` of jose, " +
    "`jwt.verify` of jsonwebtoken), check issuer and audience, and use only what the verification " +
    "answers.",
  bad: [
    {
      path: "src/routes/me.ts",
      code: `import { Router } from "express";
import jwt from "jsonwebtoken";
import { db } from "../db";

export const me = Router();

me.get("/me/invoices", async (req, res) => {
  const token = req.headers.authorization?.replace("Bearer ", "");
  if (!token) return res.status(401).json({ error: "unauthorized" });
  const payload = jwt.decode(token) as { sub: string };
  const invoices = await db.invoice.findMany({ where: { userId: payload.sub } });
  return res.json(invoices);
});
`,
    },
    {
      path: "app/api/usage/route.ts",
      code: `import { jwtDecode } from "jwt-decode";
import { NextResponse } from "next/server";
import { prisma } from "@/lib/prisma";

export async function GET(request: Request) {
  const token = request.headers.get("authorization")?.slice("Bearer ".length);
  if (!token) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const { orgId } = jwtDecode<{ orgId: string }>(token);
  const usage = await prisma.usage.findMany({ where: { orgId } });
  return NextResponse.json(usage);
}
`,
    },
  ],
  good: [
    {
      path: "src/routes/me.ts",
      code: `import { Router } from "express";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { db } from "../db";

const issuer = "https://login.example.com/";
const keys = createRemoteJWKSet(new URL(".well-known/jwks.json", issuer));

export const me = Router();

me.get("/me/invoices", async (req, res, next) => {
  try {
    const token = req.headers.authorization?.replace("Bearer ", "");
    if (!token) return res.status(401).json({ error: "unauthorized" });
    const { payload } = await jwtVerify(token, keys, { issuer, audience: "billing", algorithms: ["RS256"] });
    if (!payload.sub) return res.status(401).json({ error: "unauthorized" });
    const invoices = await db.invoice.findMany({ where: { userId: payload.sub } });
    return res.json(invoices);
  } catch (error) {
    return next(error);
  }
});
`,
    },
    {
      path: "app/api/usage/route.ts",
      code: `import { jwtVerify } from "jose";
import { NextResponse } from "next/server";
import { settings } from "@/lib/settings";
import { prisma } from "@/lib/prisma";

const verifyingSecret = new TextEncoder().encode(settings.jwtSecret);

export async function GET(request: Request) {
  const token = request.headers.get("authorization")?.slice("Bearer ".length);
  if (!token) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  try {
    const { payload } = await jwtVerify<{ orgId: string }>(token, verifyingSecret, { algorithms: ["HS256"] });
    const usage = await prisma.usage.findMany({ where: { orgId: payload.orgId } });
    return NextResponse.json(usage);
  } catch {
    return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  }
}
`,
    },
  ],
};
