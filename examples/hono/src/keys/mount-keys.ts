import { honoHandler, mount, type Authorize } from "@meterr/runtime";
import { createWebhookInbox } from "#modules/webhook-inbox/esm/index.js";
import type { Extension } from "../extension.ts";
import { carrierWebhook, processDelivery } from "./carrier-webhook.ts";
import { credentials } from "./credentials.ts";
import { parcelsHost } from "./host.ts";

const isManager: Authorize = ({ tenant }) => tenant.role === "manager";

/** The inbox for the carrier's webhooks. */
export const mountKeys: Extension = (app, { db, origin, env }) => {
  const secret = env["CARRIER_WEBHOOK_SECRET"];
  if (secret === undefined) throw new Error("CARRIER_WEBHOOK_SECRET is not set");
  const inbox = createWebhookInbox({
    host: parcelsHost(db, origin),
    sources: [{ name: "carrier", auth: carrierWebhook(db, secret) }],
    process: processDelivery,
    auth: credentials(db),
    authorizeRead: isManager,
    authorizeReplay: isManager,
    maxPayloadBytes: 16_384,
  });
  const handler = honoHandler(mount(inbox.routes), {
    maxBodyBytes: 65_536,
    hosts: [new URL(origin).host],
    report: () => process.stderr.write("parcels: a KEY could not answer\n"),
  });
  app.all("/api/v1/*", handler);
};
