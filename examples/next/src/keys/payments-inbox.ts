import type { Authorize, KeyModule } from "@meterr/runtime";
import { genericWebhook } from "@meterr/runtime/webhooks";
import { z } from "zod";
import { createWebhookInbox } from "#modules/webhook-inbox/esm/index.js";
import { db, setting } from "../server/pool.ts";
import { billsSession } from "./credentials.ts";
import { billsHost } from "./host.ts";

const isOwner: Authorize = ({ tenant }) => tenant.role === "owner";
const event = z.object({ id: z.string().min(1).max(100), account: z.uuid() });
const paid = z.object({ type: z.literal("invoice.paid"), invoice: z.uuid(), cents: z.int().positive() });

/** Takes the payment service's webhooks: an invoice is paid when its whole sum is. */
export function paymentsInbox(): KeyModule {
  const payments = genericWebhook({
    sender: "payments",
    secret: setting("PAYMENTS_WEBHOOK_SECRET"),
    timestampHeader: "x-webhook-timestamp",
    id: (body) => event.parse(body).id,
    account: (body) => event.safeParse(body).data?.account ?? null,
    // The service knows a company by Bills' own id for it; the signature says that it is the service who says so.
    tenantOf: async (account) => {
      const { rows } = await db().query<{ id: string }>("select id from companies where id = $1", [account]);
      return rows[0]?.id ?? null;
    },
  });
  return createWebhookInbox({
    host: billsHost(),
    sources: [{ name: "payments", auth: payments }],
    process: async (delivery, { sql, tenant }) => {
      const known = paid.safeParse(delivery.body);
      if (!known.success) return;
      const { rowCount } = await sql.query(
        "update invoices set status = 'paid' where id = $1 and company_id = $2 and cents = $3",
        [known.data.invoice, tenant.id, known.data.cents],
      );
      if (rowCount !== 1) throw new Error("no invoice of this company over this sum");
    },
    auth: billsSession,
    authorizeRead: isOwner,
    authorizeReplay: isOwner,
  });
}
