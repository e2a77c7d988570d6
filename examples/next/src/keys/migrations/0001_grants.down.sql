revoke update (status, failure, attempts, attempted_at) on webhook_inbox_deliveries from bills_app;
revoke all on webhook_inbox_deliveries, webhook_claims, idempotency_keys from bills_app;
