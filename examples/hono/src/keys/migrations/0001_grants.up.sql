-- After the modules' own tables: what Parcels' roles may do with them.
grant select, insert on webhook_claims to parcels_app;
grant select, insert, delete on idempotency_keys to parcels_app;
grant select, insert on webhook_inbox_deliveries to parcels_app;
grant update (status, failure, attempts, attempted_at) on webhook_inbox_deliveries to parcels_app;
grant select, insert, update on cron_schedules, job_runs to parcels_worker;
grant select, insert on daily_counts to parcels_worker;
grant select on shops, parcels to parcels_worker;
