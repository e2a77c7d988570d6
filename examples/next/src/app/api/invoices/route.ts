import { z } from "zod";
import { asMember, refuse } from "../../../server/as-member.ts";
import { db } from "../../../server/pool.ts";
import { readJson } from "../../../server/read-json.ts";

const newInvoice = z.strictObject({
  customer: z.string().trim().min(1).max(200),
  cents: z.int().positive().max(1_000_000_000),
});

export const GET = asMember(async ({ companyId }) => {
  const { rows } = await db().query(
    "select id, customer, cents, status from invoices where company_id = $1 order by created_at desc limit 200",
    [companyId],
  );
  return Response.json({ invoices: rows });
});

export const POST = asMember(async (member, request) => {
  const body = await readJson(request);
  if (body === "too large") return refuse(413, "too large");
  const invoice = newInvoice.safeParse(body);
  if (!invoice.success) return refuse(400, "customer and cents are needed");
  const { rows } = await db().query<{ id: string }>(
    "insert into invoices (company_id, customer, cents) values ($1, $2, $3) returning id",
    [member.companyId, invoice.data.customer, invoice.data.cents],
  );
  return Response.json(rows[0], { status: 201 });
});
