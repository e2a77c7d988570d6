import type { Rule } from "../rule.ts";

export const jobUnscoped: Rule = {
  id: "jobs/unscoped-work",
  title: "A tenant's job reads rows of others",
  explanation:
    "The job is given a tenant and the id of something, and finds the thing by its id alone. A job that " +
    "was queued with a wrong or forged id carries one tenant's document into another's mail, file or " +
    "invoice, and no person is there to notice.\n\n" +
    "The auditor looks in jobs whose payload names a tenant for rows that are found or changed by another " +
    "value of the payload, without the tenant among the conditions.\n\n" +
    "It does not see row level security that the job's connection is under, nor that only trusted code " +
    "can queue.",
  cwe: [639],
  severity: "high",
  precision: "medium",
  fix:
    "Put the payload's tenant into the same condition (`where: { id: documentId, teamId }`), and stop " +
    "when nothing is found.",
  bad: [
    {
      path: "src/workers/render-document.ts",
      code: `import { Worker } from "bullmq";
import { z } from "zod";
import { prisma } from "../prisma";
import { render, store } from "../rendering";

const payload = z.object({ teamId: z.string().uuid(), documentId: z.string().uuid() });

export const renderWorker = new Worker("render-document", async (job) => {
  const { teamId, documentId } = payload.parse(job.data);
  const document = await prisma.document.findUnique({ where: { id: documentId } });
  if (!document) return;
  await store(\`teams/\${teamId}/documents/\${documentId}.pdf\`, await render(document));
});
`,
    },
  ],
  good: [
    {
      path: "src/workers/render-document.ts",
      code: `import { Worker } from "bullmq";
import { z } from "zod";
import { prisma } from "../prisma";
import { render, store } from "../rendering";

const payload = z.object({ teamId: z.string().uuid(), documentId: z.string().uuid() });

export const renderWorker = new Worker("render-document", async (job) => {
  const { teamId, documentId } = payload.parse(job.data);
  const document = await prisma.document.findFirst({ where: { id: documentId, teamId } });
  if (!document) return;
  await store(\`teams/\${teamId}/documents/\${documentId}.pdf\`, await render(document));
});
`,
    },
  ],
};
