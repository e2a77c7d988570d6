revoke update (status, failure, attempts, attempted_at) on webhook_inbox_deliveries from bills_app;
revoke all on webhook_inbox_deliveries, webhook_claims from bills_app;
