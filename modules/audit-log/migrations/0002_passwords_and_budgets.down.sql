-- Refused by the entries' own reference while any of them records one of these.
alter table audit_log_actions disable trigger append_only;
delete from audit_log_actions
where action in ('member.password_changed', 'member.password_reset_issued', 'member.password_reset', 'budget.removed');
alter table audit_log_actions enable trigger append_only;
