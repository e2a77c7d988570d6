export type { WebhookDelivery } from "./delivery.ts";
export { fromWebhook } from "./from-webhook.ts";
export { genericWebhook } from "./generic-webhook.ts";
export type { GenericWebhookOptions } from "./generic-webhook.ts";
export { githubSecretScanning } from "./github-secret-scanning.ts";
export type { GithubSecretScanningOptions } from "./github-secret-scanning.ts";
export { GITHUB_KEYS_URL } from "./github/public-key-list.ts";
export { githubWebhook } from "./github-webhook.ts";
export type { GithubLibrary, GithubWebhookOptions } from "./github-webhook.ts";
export { webhookClaimsMigrations } from "./replay/claims-migrations.ts";
export { claimOnce, replayHarmless } from "./replay/replay-protection.ts";
export type { ClaimOnce, ReplayHarmless, ReplayProtection } from "./replay/replay-protection.ts";
export {
  GENERIC_RETENTION,
  GENERIC_UNTIMED_RETENTION,
  GITHUB_RETENTION,
  STANDARD_RETENTION,
  STRIPE_RETENTION,
} from "./retention.ts";
export type { Retention } from "./retention.ts";
export { standardWebhook } from "./standard-webhook.ts";
export type { StandardLibrary } from "./standard/symmetric.ts";
export type { StandardWebhookOptions } from "./standard-webhook.ts";
export { stripeAccount, stripeCustomer } from "./stripe-accounts.ts";
export { stripeWebhook } from "./stripe-webhook.ts";
export type { StripeLibrary, StripeWebhookOptions } from "./stripe-webhook.ts";
export type { SecretSource, WebhookSecrets } from "./verify/webhook-secrets.ts";
export type { WebhookAuthenticator } from "./webhook-authenticator.ts";
export type { WebhookAccount, WebhookEvent } from "./webhook-principal.ts";
