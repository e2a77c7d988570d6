-- Whoever asks with an API token is told by its name and its member's address, in the audit log above all.
-- Reversed by 0013_api_token_names.down.sql.
grant select (name) on api_tokens to meterr_lookup;

drop function find_api_token(bytea);
create function find_api_token(p_hash bytea)
returns table (org_id uuid, token_id uuid, token_name text, member_id uuid, user_id uuid, email text, role text,
  expires_at timestamptz)
language sql stable security definer set search_path = meterr, pg_temp as $$
  select t.org_id, t.id, t.name, m.id, m.user_id, m.email, m.role, t.expires_at
  from api_tokens t join members m on m.org_id = t.org_id and m.id = t.member_id
  where t.hash = p_hash and t.revoked_at is null and m.removed_at is null
    and (t.expires_at is null or t.expires_at > now())
    -- Looked at here as well: who was minting while the revocation ran gets nothing by it.
    and not exists (select from api_tokens p where p.org_id = t.org_id and p.id = t.minted_by
      and (p.revoked_at is not null or p.expires_at <= now()))
$$;
grant execute on function find_api_token(bytea) to meterr_dashboard;
grant create on schema meterr to meterr_lookup;
alter function find_api_token(bytea) owner to meterr_lookup;
revoke create on schema meterr from meterr_lookup;
