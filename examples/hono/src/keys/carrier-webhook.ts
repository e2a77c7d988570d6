import { genericWebhook, type WebhookAuthenticator } from "@meterr/runtime/webhooks";
import type pg from "pg";
import { z } from "zod";
import type { createWebhookInbox } from "#modules/webhook-inbox/esm/index.js";

type Process = Parameters<typeof createWebhookInbox>[0]["process"];

const event = z.object({ id: z.string().min(1).max(100), account: z.string().min(1).max(100) });
const delivered = z.object({ type: z.literal("parcel.delivered"), tracking: z.string().min(4).max(40) });

/** The carrier's webhooks: the shop is the one whose account the signed body names. */
export function carrierWebhook(db: pg.Pool, secret: string): WebhookAuthenticator {
  return genericWebhook({
    sender: "carrier",
    secret,
    timestampHeader: "x-webhook-timestamp",
    id: (body) => event.parse(body).id,
    account: (body) => event.safeParse(body).data?.account ?? null,
    async tenantOf(account) {
      const { rows } = await db.query<{ shop_id: string }>("select shop_id from carrier_accounts where account = $1", [
        account,
      ]);
      return rows[0]?.shop_id ?? null;
    },
  });
}

/** What a delivery does: the parcel is delivered, if it is this shop's. */
export const processDelivery: Process = async (delivery, { sql, tenant }) => {
  const known = delivered.safeParse(delivery.body);
  if (!known.success) return;
  const { rowCount } = await sql.query("update parcels set status = 'delivered' where shop_id = $1 and tracking = $2", [
    tenant.id,
    known.data.tracking,
  ]);
  if (rowCount === 0) throw new Error("no parcel of this shop has the tracking number");
  await sql.query("insert into activity (shop_id, who, what) values ($1, 'carrier', 'delivered a parcel')", [
    tenant.id,
  ]);
};
