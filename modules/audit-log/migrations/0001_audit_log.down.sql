drop function if exists audit_log_heads(), audit_log_since(uuid, bigint, integer), audit_log_head(uuid),
  append_audit_entry(uuid, text, text, text, text, text, text, jsonb, text, text), audit_log_hash(audit_log_entries),
  audit_log_field(text);
drop table if exists audit_log_entries, audit_log_actions;
drop function if exists audit_log_is_append_only();
