-- After the migrations of the modules: what Desk's roles may do with them, and what Desk itself records.
grant select, insert on webhook_claims to desk_app;
grant select, insert, delete on stripe_customers to desk_app;
grant update (features, read_at, generation) on stripe_customers to desk_app;
grant execute on function stripe_tenant_of_customer(text) to desk_app;
grant select on audit_log_entries to desk_app;
grant execute on function append_audit_entry(uuid, text, text, text, text, text, text, jsonb, text, text) to desk_app;
grant execute on function audit_log_head(uuid), audit_log_since(uuid, bigint, integer) to desk_signer;
insert into audit_log_actions (action) values ('tickets.exported');
