import type { Rule } from "../rule.ts";

export const unscopedList: Rule = {
  id: "tenant/unscoped-list",
  title: "Rows of every tenant are answered",
  explanation:
    "A list is read without a condition that names the caller's tenant, and is answered: every signed-in " +
    "user of any organisation sees the rows of all. It often begins as an administrator's page, or as a " +
    "filter that was optional and is now left out.\n\n" +
    "The auditor looks for lists and counts of tables that belong to tenants by their name, whose " +
    "conditions hold neither the verified caller nor anything that was shown to be theirs, and whose rows " +
    "reach the answer. Where the conditions are built in code that is not seen, or a role was asked " +
    "first, the answer is unknown.\n\n" +
    "It does not see row level security or client extensions that add the condition, and takes tables " +
    "with unusual names for everybody's.",
  cwe: [863, 200],
  severity: "critical",
  precision: "low",
  fix:
    "Add the verified tenant to the `where`, and make it part of the helper that builds conditions, so " +
    "that an absent filter narrows and never widens.",
  bad: [
    {
      path: "src/routes/customers.ts",
      code: `import { Router } from "express";
import { db } from "../db";
import { requireUser } from "../middleware/require-user";

export const customers = Router();

customers.get("/customers", requireUser, async (_req, res) => {
  const rows = await db.customer.findMany({ orderBy: { createdAt: "desc" }, take: 100 });
  res.json(rows);
});
`,
    },
    {
      path: "app/customers/page.tsx",
      code: `import { redirect } from "next/navigation";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

export default async function CustomersPage() {
  const session = await auth();
  if (!session?.user) redirect("/login");
  const customers = await prisma.customer.findMany({ orderBy: { name: "asc" } });
  return (
    <ul>
      {customers.map((customer) => (
        <li key={customer.id}>{customer.name}</li>
      ))}
    </ul>
  );
}
`,
    },
  ],
  good: [
    {
      path: "src/routes/customers.ts",
      code: `import { Router } from "express";
import { db } from "../db";
import { requireUser } from "../middleware/require-user";

export const customers = Router();

customers.get("/customers", requireUser, async (req, res) => {
  const rows = await db.customer.findMany({
    where: { orgId: req.user.orgId },
    orderBy: { createdAt: "desc" },
    take: 100,
  });
  res.json(rows);
});
`,
    },
    {
      path: "app/customers/page.tsx",
      code: `import { redirect } from "next/navigation";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

export default async function CustomersPage() {
  const session = await auth();
  if (!session?.user) redirect("/login");
  const customers = await prisma.customer.findMany({
    where: { orgId: session.user.orgId },
    orderBy: { name: "asc" },
  });
  return (
    <ul>
      {customers.map((customer) => (
        <li key={customer.id}>{customer.name}</li>
      ))}
    </ul>
  );
}
`,
    },
  ],
};
