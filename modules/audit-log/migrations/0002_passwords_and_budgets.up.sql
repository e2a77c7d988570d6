-- What else is recorded: passwords that were set, and budgets that were taken away.
-- Reversed by 0002_passwords_and_budgets.down.sql.
insert into audit_log_actions (action) values
  ('member.password_changed'), ('member.password_reset_issued'), ('member.password_reset'), ('budget.removed');
