import type { Rule } from "../rule.ts";

export const sqlInjection: Rule = {
  id: "sql/injection",
  title: "A statement is built from text that is not its own",
  explanation:
    "A value of the request, or of a parameter whose callers are not known, becomes part of an SQL " +
    "statement's text. It can end the statement's own condition and add another: read other tables, " +
    "change rows, leave the tenant's condition out.\n\n" +
    "The auditor follows text into the raw statements of drivers, query builders and ORMs (`query`, " +
    "`$queryRawUnsafe`, `sql.raw`, `knex.raw`). Templates that are tagged by the driver become " +
    "parameters, and numbers, constants, members of a fixed list and quoted identifiers are fine.\n\n" +
    "It does not see statements that a stored function builds inside the database.",
  cwe: [89],
  severity: "critical",
  precision: "high",
  fix:
    "Pass values as parameters (`$1`, a tagged template). For what cannot be one (a column to sort by, a " +
    "direction) choose from a fixed list.",
  bad: [
    {
      path: "app/api/search/route.ts",
      code: `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { pool } from "@/lib/pool";

export async function GET(request: Request) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const term = new URL(request.url).searchParams.get("term") ?? "";
  const { rows } = await pool.query(
    \`select id, title from notes where user_id = $1 and title ilike '%\${term}%' limit 50\`,
    [session.user.id],
  );
  return NextResponse.json(rows);
}
`,
    },
    {
      path: "src/orders/orders.controller.ts",
      code: `import { Controller, Get, Query, Req, UseGuards } from "@nestjs/common";
import { AuthGuard } from "@nestjs/passport";
import { PrismaService } from "../prisma.service";

@Controller("orders")
@UseGuards(AuthGuard("jwt"))
export class OrdersController {
  constructor(private readonly prisma: PrismaService) {}

  @Get()
  list(@Query("sort") sort: string, @Req() req: { user: { orgId: string } }) {
    return this.prisma.$queryRawUnsafe(\`select id, total from orders where org_id = $1 order by \${sort}\`, req.user.orgId);
  }
}
`,
    },
  ],
  good: [
    {
      path: "app/api/search/route.ts",
      code: `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { pool } from "@/lib/pool";

export async function GET(request: Request) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const term = new URL(request.url).searchParams.get("term") ?? "";
  const { rows } = await pool.query(
    "select id, title from notes where user_id = $1 and title ilike '%' || $2 || '%' limit 50",
    [session.user.id, term],
  );
  return NextResponse.json(rows);
}
`,
    },
    {
      path: "src/orders/orders.controller.ts",
      code: `import { Controller, Get, Query, Req, UseGuards } from "@nestjs/common";
import { AuthGuard } from "@nestjs/passport";
import { PrismaService } from "../prisma.service";

@Controller("orders")
@UseGuards(AuthGuard("jwt"))
export class OrdersController {
  constructor(private readonly prisma: PrismaService) {}

  @Get()
  list(@Query("sort") sort: string, @Req() req: { user: { orgId: string } }) {
    return this.prisma.order.findMany({
      where: { orgId: req.user.orgId },
      select: { id: true, total: true },
      orderBy: sort === "total" ? { total: "desc" } : { createdAt: "desc" },
    });
  }
}
`,
    },
  ],
};
