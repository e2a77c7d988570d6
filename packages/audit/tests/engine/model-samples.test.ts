import assert from "node:assert/strict";
import { test } from "node:test";
import { auditFiles } from "../support/audit-files.ts";

/** The wrong samples of the security model, as they stand there, and the groups of which one must be found. */
const WRONG: readonly {
  readonly name: string;
  readonly path: string;
  readonly groups: RegExp;
  readonly code: string;
}[] = [
  {
    name: "a subscription looked up for no tenant, at the word of an unsigned webhook",
    path: "keys/sample.ts",
    groups: /^(?:webhook|tenant)\//,
    code: `export async function stripeWebhookHandler(req: Request) {
  const subscription = await getSubscription(subscriptionId);
}
`,
  },
  {
    name: "an audit log for whoever names a user",
    path: "keys/sample.ts",
    groups: /^(?:auth|claims)\//,
    code: `export async function auditLogHandler(req: Request) {
  const userId = req.body.userId;
  const logs = await getAuditLogs(userId);
}
`,
  },
  {
    name: "an id taken out of a body nothing looked at",
    path: "keys/sample.ts",
    groups: /^(?:input)\//,
    code: `export async function stripeWebhookHandler(req: Request) {
  const body = await req.json();
  const subscriptionId = body.data.object.id;
}
`,
  },
  {
    name: "a feature the client says it has",
    path: "keys/sample.ts",
    groups: /^(?:claims|entitlement)\//,
    code: `export async function checkEntitlement(req: Request) {
  const hasFeature = req.body.hasFeature;
  return hasFeature;
}
`,
  },
  {
    name: "an entitlement that is there when nothing is known",
    path: "keys/sample.ts",
    groups: /^(?:fail-closed)\//,
    code: `export async function checkEntitlement(userId: string, feature: string) {
  try {
    const subscription = await db.subscriptions.findFirst({
      where: { userId, status: 'active' },
    });
    return subscription?.features.includes(feature) ?? true;
  } catch (error) {
    return true;
  }
}
`,
  },
  {
    name: "a Stripe feature the client says it has",
    path: "keys/sample.ts",
    groups: /^(?:entitlement)\//,
    code: `export async function checkStripeEntitlement(req: Request) {
  const hasFeature = req.body.hasStripeFeature;
  return hasFeature;
}
`,
  },
  {
    name: "a key in a log line",
    path: "keys/sample.ts",
    groups: /^(?:secrets)\//,
    code: `function logAPICall(apiKey: string, endpoint: string) {
  console.log(\`Calling \${endpoint} with key: \${apiKey}\`);
}
`,
  },
  {
    name: "a key logged with an error",
    path: "keys/sample.ts",
    groups: /^(?:secrets)\//,
    code: `export async function call(apiKey: string) {
  try { await callProvider(apiKey); }
  catch (error) {
    console.error("API call failed", { apiKey, error });
  }
}
`,
  },
  {
    name: "a statement put together from text",
    path: "keys/sample.ts",
    groups: /^(?:sql)\//,
    code: `export async function find(userId: string) {
  const query = \`SELECT * FROM users WHERE id = \${userId}\`;
  return db.query(query);
}
`,
  },
  {
    name: "input put into the page as HTML",
    path: "keys/sample.tsx",
    groups: /^(?:xss)\//,
    code: `export function Comment({ userInput }: { userInput: string }) {
  return <div dangerouslySetInnerHTML={{ __html: userInput }} />;
}
`,
  },
  {
    name: "a key in a URL",
    path: "keys/sample.ts",
    groups: /^(?:secrets)\//,
    code: `export function track(key: string, model: string) {
  fetch(\`/api/track?apiKey=\${key}&model=\${model}\`);
}
`,
  },
];

/** Its right samples. */
const RIGHT: readonly { readonly name: string; readonly path: string; readonly code: string }[] = [
  {
    name: "a tenant header that must be there",
    path: "keys/sample.ts",
    code: `export async function stripeWebhookHandler(req: Request) {
  const tenantId = req.headers['x-tenant-id'];
  if (!tenantId) {
    return new Response('Missing tenant_id', { status: 401 });
  }
  const subscription = await getSubscription(tenantId, subscriptionId);
}
`,
  },
  {
    name: "a signature verified first",
    path: "keys/sample.ts",
    code: `export async function stripeWebhookHandler(req: Request) {
  const signature = req.headers['stripe-signature'];
  if (!verifyStripeSignature(signature, req.body)) {
    return new Response('Invalid signature', { status: 401 });
  }
}
`,
  },
  {
    name: "a session asked for first",
    path: "keys/sample.ts",
    code: `export async function auditLogHandler(req: Request) {
  const session = await getSession(req);
  if (!session || !session.user) {
    return new Response('Unauthorized', { status: 401 });
  }
  const logs = await getAuditLogs(session.user.id);
}
`,
  },
  {
    name: "an entitlement that fails closed",
    path: "keys/sample.ts",
    code: `export async function checkEntitlement(userId: string, feature: string) {
  try {
    const subscription = await db.subscriptions.findFirst({
      where: { userId, status: 'active' },
    });
    if (!subscription) {
      return false;
    }
    return subscription.features.includes(feature);
  } catch (error) {
    console.error('Entitlement check failed:', error);
    return false;
  }
}
`,
  },
  {
    name: "an entitlement asked of Stripe",
    path: "keys/sample.ts",
    code: `export async function checkStripeEntitlement(
  userId: string,
  feature: string
): Promise<boolean> {
  const user = await db.users.findUnique({ where: { id: userId } });
  if (!user?.stripeCustomerId) {
    return false;
  }
  const subscription = await stripe.subscriptions.retrieve(
    user.stripeSubscriptionId
  );
  return subscription.items.data.some(
    item => item.price.metadata.features?.includes(feature)
  );
}
`,
  },
  {
    name: "a widget that reads for its caller",
    path: "keys/sample.tsx",
    code: `export async function AuditLogWidget() {
  const session = await getServerSession();
  if (!session) {
    return <div>Unauthorized</div>;
  }
  const logs = await db.auditLogs.findMany({
    where: {
      tenantId: session.user.tenantId,
      userId: session.user.id,
    },
  });
  return <div>{/* Render logs */}</div>;
}
`,
  },
  {
    name: "a job for each tenant, and a webhook in the right order",
    path: "keys/sample.ts",
    code: `export async function reconciliationJob() {
  const serviceAccount = await getServiceAccount();
  const tenants = await getActiveTenants();
  for (const tenant of tenants) {
    try {
      await reconcileTenantData(tenant.id);
    } catch (error) {
      console.error(\`Reconciliation failed for tenant \${tenant.id}:\`, error);
    }
  }
}
export async function stripeWebhookHandler(req: Request) {
  const signature = req.headers['stripe-signature'];
  if (!verifyStripeSignature(signature, req.body)) {
    return new Response('Invalid signature', { status: 401 });
  }
  const body = await req.json();
  const result = webhookSchema.safeParse(body);
  if (!result.success) {
    return new Response('Invalid input', { status: 400 });
  }
  const tenantId = extractTenantId(result.data);
  if (!tenantId) {
    return new Response('Missing tenant_id', { status: 400 });
  }
  await processWebhook(tenantId, result.data);
  return new Response('OK', { status: 200 });
}
`,
  },
  {
    name: "a validated body, and a role asked for",
    path: "keys/sample.ts",
    code: `import { z } from "zod";
const TokenRequestSchema = z.object({
  text: z.string().min(1).max(100000),
  model: z.enum(["gpt-4", "gpt-3.5-turbo", "claude-3"]),
  provider: z.enum(["openai", "anthropic", "google"])
});
export async function POST(request: Request) {
  const body = await request.json();
  const validation = TokenRequestSchema.safeParse(body);
  if (!validation.success) {
    return NextResponse.json(
      { error: "Invalid input", details: validation.error },
      { status: 400 }
    );
  }
  const { text, model, provider } = validation.data;
}
export async function DELETE(request: Request) {
  const user = await authenticate(request);
  if (user.role !== Role.OWNER && user.role !== Role.ADMIN) {
    return new Response("Forbidden", { status: 403 });
  }
}
`,
  },
];

for (const { name, path, groups, code } of WRONG)
  test(`of the security model, wrong and found: ${name}`, () => {
    const rules = auditFiles([{ path, text: code }]).findings.map(({ rule }) => rule);
    assert.ok(
      rules.some((rule) => groups.test(rule)),
      `found: ${rules.join(", ")}`,
    );
  });

for (const { name, path, code } of RIGHT)
  test(`of the security model, right and quiet: ${name}`, () => {
    assert.deepEqual(
      auditFiles([{ path, text: code }]).findings.map(({ rule, location }) => `${rule}:${location.line}`),
      [],
    );
  });
