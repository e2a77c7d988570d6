-- Which webhooks had their effect already. Reversed by 0001_webhook_claims.down.sql, which leaves nothing.
-- Runs in any host's schema, as the role that shall own it; in Meterr's, its roles are granted what they need.
--
-- A row is inserted in the transaction of the effect, before it: a second attempt waits for the first, then finds the row
-- (a replay) or, after a rollback, none. Rows are kept as long as the sender may send the same again.

create table webhook_claims (
  org_id uuid not null,
  -- METHOD /path/:pattern, as one event may be sent to two routes.
  route text not null check (char_length(route) between 1 and 300),
  sender text not null check (char_length(sender) between 1 and 48),
  delivery_id text not null check (char_length(delivery_id) between 1 and 300),
  claimed_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > claimed_at),
  primary key (org_id, route, sender, delivery_id)
);
create index webhook_claims_expires on webhook_claims (expires_at);

alter table webhook_claims enable row level security;
alter table webhook_claims force row level security;
create policy tenant on webhook_claims
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

-- For whoever cleans up: forgets at most p_limit claims of any tenant whose time has passed, and says how many.
create function forget_webhook_claims(p_limit integer) returns bigint
language sql security definer as $$
  with forgotten as (
    delete from webhook_claims where (org_id, route, sender, delivery_id) in (
      select c.org_id, c.route, c.sender, c.delivery_id from webhook_claims c
      where c.expires_at < now() order by c.expires_at limit p_limit)
    returning 1)
  select count(*) from forgotten
$$;
revoke all on function forget_webhook_claims(integer) from public;

do $$
begin
  -- The function finds its table in the schema it was made in, whatever the caller's path.
  execute format('alter function forget_webhook_claims(integer) set search_path = %I, pg_temp', current_schema());
  -- The owner's function is the only one to see other tenants' claims, and those past their time only.
  execute format('create policy expired on webhook_claims for select to %I using (expires_at < now())', current_user);
  execute format('create policy forget on webhook_claims for delete to %I using (expires_at < now())', current_user);
  -- In Meterr's own schema the migrations run as meterr_owner; elsewhere its roles are strangers, even where they exist.
  if current_user = 'meterr_owner' then
    grant select, insert on webhook_claims to meterr_dashboard;
    grant execute on function forget_webhook_claims(integer) to meterr_worker;
  end if;
end $$;
