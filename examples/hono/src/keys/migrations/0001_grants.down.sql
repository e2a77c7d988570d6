revoke select on shops, parcels from parcels_worker;
revoke all on daily_counts, cron_schedules, job_runs from parcels_worker;
revoke all on webhook_inbox_deliveries, webhook_claims, idempotency_keys from parcels_app;
revoke update (status, failure, attempts, attempted_at) on webhook_inbox_deliveries from parcels_app;
