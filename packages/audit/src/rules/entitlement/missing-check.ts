import type { Rule } from "../rule.ts";

export const missingPlanCheck: Rule = {
  id: "entitlement/missing-check",
  title: "What is paid for is asked in one handler, and not in its neighbour",
  explanation:
    "One handler asks the plan before it writes, and another of the same file writes the same columns of the " +
    "same table, or makes the same rows, without asking; or one asks before it takes out a whole list, and another " +
    "under the same feature's name takes out the same. Whoever has not paid uses the second.\n\n" +
    "The auditor takes a call for such a question by its name (`throwIfPlanLacks…`, `assertWithinQuota`) or " +
    "by a plan that it is given, and compares what the functions of one file write.\n\n" +
    "It does not know which columns are paid for: where the other way is meant to be free, say so with a " +
    "suppression.",
  cwe: [862, 841],
  severity: "medium",
  precision: "medium",
  fix: "Ask the same question before every write of what is paid for; best where the row is written, so that no way leads around it.",
  bad: [
    {
      path: "app/api/links/[linkId]/route.ts",
      code: `import { withWorkspace } from "@/lib/auth";
import { prisma } from "@/lib/prisma";
import { linkSchema } from "@/lib/schemas";
import { throwIfPlanLacksFeatures } from "@/lib/plans";

export const PUT = withWorkspace(async ({ req, workspace, params }) => {
  const body = linkSchema.parse(await req.json());
  throwIfPlanLacksFeatures(workspace.plan, body);
  await prisma.link.updateMany({
    where: { id: params.linkId, workspaceId: workspace.id },
    data: { url: body.url, expiresAt: body.expiresAt },
  });
  return Response.json({ ok: true });
});

export const PATCH = withWorkspace(async ({ req, workspace, params }) => {
  const body = linkSchema.partial().parse(await req.json());
  await prisma.link.updateMany({
    where: { id: params.linkId, workspaceId: workspace.id },
    data: { expiresAt: body.expiresAt },
  });
  return Response.json({ ok: true });
});
`,
    },
  ],
  good: [
    {
      path: "app/api/links/[linkId]/route.ts",
      code: `import { withWorkspace } from "@/lib/auth";
import { prisma } from "@/lib/prisma";
import { linkSchema } from "@/lib/schemas";
import { throwIfPlanLacksFeatures } from "@/lib/plans";

export const PUT = withWorkspace(async ({ req, workspace, params }) => {
  const body = linkSchema.parse(await req.json());
  throwIfPlanLacksFeatures(workspace.plan, body);
  await prisma.link.updateMany({
    where: { id: params.linkId, workspaceId: workspace.id },
    data: { url: body.url, expiresAt: body.expiresAt },
  });
  return Response.json({ ok: true });
});

export const PATCH = withWorkspace(async ({ req, workspace, params }) => {
  const body = linkSchema.partial().parse(await req.json());
  throwIfPlanLacksFeatures(workspace.plan, body);
  await prisma.link.updateMany({
    where: { id: params.linkId, workspaceId: workspace.id },
    data: { expiresAt: body.expiresAt },
  });
  return Response.json({ ok: true });
});

export const DELETE = withWorkspace(async ({ workspace, params }) => {
  await prisma.link.updateMany({ where: { id: params.linkId, workspaceId: workspace.id }, data: { archived: true } });
  return Response.json({ ok: true });
});
`,
    },
  ],
};
