export { createWebhookInbox } from "./create-webhook-inbox.ts";
export type { WebhookInboxOptions } from "./create-webhook-inbox.ts";
export type { InboxDelivery, InboxWork, ProcessDelivery } from "./inbox-delivery.ts";
export { webhookInboxMigrations } from "./migrations.ts";
export type { WebhookSource } from "./source-authenticator.ts";
