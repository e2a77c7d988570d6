import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditConfiguration } from "../src/findings/options.ts";
import { auditFiles } from "./support/audit-files.ts";

/** The rules a Next.js handler breaks, with and without what keys.config.json says of the codebase. */
function rules(text: string, configuration: Partial<AuditConfiguration> = {}): string[] {
  const files = [
    { path: "package.json", text: `{"name":"one","dependencies":{"next":"15.0.0","@prisma/client":"6.0.0"}}` },
    { path: "app/api/projects/route.ts", text },
  ];
  return auditFiles(files, configuration).findings.map((finding) => finding.rule);
}

const handler = (work: string): string => `import { auth } from "@/auth";
import { PrismaClient } from "@prisma/client";
import { tenantDb } from "@acme/tenant-db";
const prisma = new PrismaClient();
export async function POST(request: Request) {
  const session = await auth();
  if (!session) return new Response("unauthorized", { status: 401 });
  const body = await request.json();
  ${work}
  return Response.json({ done: true });
}
`;

test("a column that tenantColumns names is a tenant's: the client may not choose it", () => {
  const text = handler("await prisma.project.deleteMany({ where: { guildRef: body.guildRef } });");
  assert.ok(!rules(text).includes("tenant/client-selected"));
  assert.ok(rules(text, { tenantColumns: ["guildRef"] }).includes("tenant/client-selected"));
});

test("a client that scopedClients names confines its statements by itself, and no other does", () => {
  const tenant = (found: string[]): string[] => found.filter((rule) => rule.startsWith("tenant/"));
  const own = handler("await prisma.project.update({ where: { id: body.id }, data: { done: true } });");
  assert.notDeepEqual(tenant(rules(own, { scopedClients: ["tenantDb"] })), []);
  const scoped = own.replace("await prisma.", "await tenantDb.");
  assert.notDeepEqual(tenant(rules(scoped)), []);
  assert.deepEqual(tenant(rules(scoped, { scopedClients: ["tenantDb"] })), []);
});
