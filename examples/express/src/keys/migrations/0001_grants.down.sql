-- The action goes with its table: nothing is deleted from an audit log.
revoke execute on function audit_log_head(uuid), audit_log_since(uuid, bigint, integer) from desk_signer;
revoke execute on function append_audit_entry(uuid, text, text, text, text, text, text, jsonb, text, text) from desk_app;
revoke select on audit_log_entries from desk_app;
revoke execute on function stripe_tenant_of_customer(text) from desk_app;
revoke all on stripe_customers, webhook_claims from desk_app;
