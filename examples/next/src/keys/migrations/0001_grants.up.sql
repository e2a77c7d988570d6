-- After the modules' own tables: what Bills' role may do with them.
grant select, insert on webhook_claims to bills_app;
grant select, insert, delete on idempotency_keys to bills_app;
grant select, insert on webhook_inbox_deliveries to bills_app;
grant update (status, failure, attempts, attempted_at) on webhook_inbox_deliveries to bills_app;
