import type { Rule } from "../rule.ts";

export const unusedTenant: Rule = {
  id: "tenant/unused-tenant",
  title: "The tenant is read and confines nothing",
  explanation:
    "The handler takes the tenant out of its input or its caller and never names it again: the condition that kept " +
    "its statements inside that tenant is missing, and a row of anybody's answers to its bare id.\n\n" +
    "Reported where such a field is taken out of an object by itself. A field that is left out of the rest " +
    "(`const { organizationId, ...data } = input`) is left out on purpose.",
  cwe: [639, 863],
  severity: "high",
  precision: "high",
  fix: "Name the tenant in the condition of every statement that follows; if it is not needed, do not take it out.",
  bad: [
    {
      path: "src/server/routers/attachments.ts",
      code: `import { z } from "zod";
import { storage } from "../storage";
import { protectedProcedure, router } from "../trpc";

export const attachments = router({
  remove: protectedProcedure.input(z.object({ id: z.string() })).mutation(async ({ ctx, input }) => {
    const { teamId } = ctx;
    await storage.attachments.remove(input.id);
  }),
});
`,
    },
  ],
  good: [
    {
      path: "src/server/routers/attachments.ts",
      code: `import { z } from "zod";
import { storage } from "../storage";
import { protectedProcedure, router } from "../trpc";

export const attachments = router({
  remove: protectedProcedure.input(z.object({ id: z.string() })).mutation(async ({ ctx, input }) => {
    const { teamId } = ctx;
    await storage.attachments.remove(input.id, teamId);
  }),
});
`,
    },
  ],
};
