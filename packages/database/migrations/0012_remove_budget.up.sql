-- Taking a budget of the organisation or of a member away. A virtual key's stays: without it an old key would have no
-- limit that somebody gave it. Reversed by 0012_remove_budget.down.sql.

-- Calls under way that reserved on it settle without it. False when there is no such budget.
create function remove_budget(p_org uuid, p_scope text, p_scope_id uuid) returns boolean
language plpgsql security definer set search_path = meterr, pg_temp as $$
begin
  delete from budgets where org_id = p_org and scope = p_scope and scope_id = p_scope_id
    and scope in ('organisation', 'member');
  if not found then return false; end if;
  perform note_revocation(p_org, 'policy', p_scope_id);
  return true;
end $$;
grant execute on function remove_budget(uuid, text, uuid) to meterr_dashboard;
