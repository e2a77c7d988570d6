import { z } from "zod";
import { asMember, refuse } from "../../../../server/as-member.ts";
import type { Member } from "../../../../server/find-member.ts";
import { db } from "../../../../server/pool.ts";
import { readJson } from "../../../../server/read-json.ts";

interface Context {
  readonly params: Promise<{ id: string }>;
}
interface Invoice {
  readonly id: string;
  readonly company_id: string;
  readonly customer: string;
  readonly cents: number;
  readonly status: "draft" | "sent" | "paid";
}

const change = z.strictObject({ status: z.enum(["draft", "sent"]) });

/** The invoice, if it is the member's company's. */
async function loadInvoice(member: Member, context: Context): Promise<Invoice | null> {
  const id = z.uuid().safeParse((await context.params).id);
  if (!id.success) return null;
  const { rows } = await db().query<Invoice>(
    "select id, company_id, customer, cents, status from invoices where id = $1",
    [id.data],
  );
  const invoice = rows[0];
  return invoice !== undefined && invoice.company_id === member.companyId ? invoice : null;
}

export const GET = asMember<Context>(async (member, _request, context) => {
  const invoice = await loadInvoice(member, context);
  return invoice === null ? refuse(404, "no such invoice") : Response.json(invoice);
});

export const PATCH = asMember<Context>(async (member, request, context) => {
  const invoice = await loadInvoice(member, context);
  if (invoice === null) return refuse(404, "no such invoice");
  const body = change.safeParse(await readJson(request));
  if (!body.success) return refuse(400, "status is draft or sent");
  if (invoice.status === "paid") return refuse(409, "it is paid already");
  await db().query("update invoices set status = $3 where id = $1 and company_id = $2", [
    invoice.id,
    member.companyId,
    body.data.status,
  ]);
  return Response.json({ id: invoice.id, status: body.data.status });
});

export const DELETE = asMember<Context>(async (member, _request, context) => {
  if (member.role !== "owner") return refuse(403, "for owners only");
  const invoice = await loadInvoice(member, context);
  if (invoice === null) return refuse(404, "no such invoice");
  await db().query("delete from invoices where id = $1 and company_id = $2 and status = 'draft'", [
    invoice.id,
    member.companyId,
  ]);
  return new Response(null, { status: 204 });
});
