import type { Rule } from "../rule.ts";

export const emptySecret: Rule = {
  id: "webhook/empty-secret",
  title: "A webhook's secret may be empty",
  explanation:
    '`process.env.WEBHOOK_SECRET ?? ""` makes an HMAC with an empty secret where the variable is not set. ' +
    "Everybody can compute that, so everybody can sign events, and no error says that something is wrong.\n\n" +
    "The auditor looks for digests whose secret is a variable of the environment with an empty text " +
    "behind it.\n\n" +
    "It does not see an empty value that the deployment sets itself.",
  cwe: [1188, 321],
  severity: "high",
  precision: "high",
  fix:
    "Leave the default out: read the variable at start-up and stop when it is missing or too short, or " +
    "refuse the request.",
  bad: [
    {
      path: "app/api/webhooks/forms/route.ts",
      code: `import { createHmac, timingSafeEqual } from "node:crypto";
import { NextResponse } from "next/server";
import { processSubmission } from "@/lib/submissions";

export async function POST(request: Request) {
  const raw = await request.text();
  const expected = createHmac("sha256", process.env.FORMS_WEBHOOK_SECRET ?? "").update(raw).digest();
  const given = Buffer.from(request.headers.get("x-signature") ?? "", "hex");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return NextResponse.json({ error: "invalid signature" }, { status: 401 });
  }
  await processSubmission(raw);
  return NextResponse.json({ received: true });
}
`,
    },
  ],
  good: [
    {
      path: "app/api/webhooks/forms/route.ts",
      code: `import { createHmac, timingSafeEqual } from "node:crypto";
import { NextResponse } from "next/server";
import { processSubmission } from "@/lib/submissions";

export async function POST(request: Request) {
  const secret = process.env.FORMS_WEBHOOK_SECRET;
  if (!secret) return NextResponse.json({ error: "not configured" }, { status: 503 });
  const raw = await request.text();
  const expected = createHmac("sha256", secret).update(raw).digest();
  const given = Buffer.from(request.headers.get("x-signature") ?? "", "hex");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return NextResponse.json({ error: "invalid signature" }, { status: 401 });
  }
  await processSubmission(raw);
  return NextResponse.json({ received: true });
}
`,
    },
  ],
};
