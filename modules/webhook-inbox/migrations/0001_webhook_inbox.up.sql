-- Verified webhooks as they came. Reversed by 0001_webhook_inbox.down.sql, which leaves nothing.
-- Runs in any host's schema, as the role that shall own it; in Meterr's, its roles are granted what they need.
-- A delivery is inserted in the transaction that claims it (webhook_claims, of the runtime) and in which the host's code
-- runs for it: all three stand or none does.

create table webhook_inbox_deliveries (
  org_id uuid not null,
  id uuid not null,
  source text not null check (char_length(source) between 1 and 48),
  -- The sender's own id.
  delivery_id text not null check (char_length(delivery_id) between 1 and 300),
  event_type text check (char_length(event_type) between 1 and 128),
  account text check (char_length(account) between 1 and 128),
  sent_at timestamptz,
  received_at timestamptz not null,
  -- The body, octet for octet: JSON in UTF-8.
  payload text not null check (octet_length(payload) <= 1048576),
  -- failed: the host's code threw, or ran out of time, and nothing of what it did was kept.
  status text not null check (status in ('processed', 'failed')),
  failure text check (failure in ('error', 'timeout')),
  attempts integer not null default 1 check (attempts > 0),
  attempted_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > received_at),
  primary key (org_id, id),
  check ((status = 'failed') = (failure is not null))
);
create index webhook_inbox_deliveries_received on webhook_inbox_deliveries (org_id, received_at desc, id desc);
create index webhook_inbox_deliveries_expires on webhook_inbox_deliveries (expires_at);

alter table webhook_inbox_deliveries enable row level security;
alter table webhook_inbox_deliveries force row level security;
create policy tenant on webhook_inbox_deliveries
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

-- For whoever cleans up: forgets at most p_limit deliveries of any tenant whose retention has ended, and says how many.
create function forget_webhook_inbox(p_limit integer) returns bigint
language sql security definer as $$
  with forgotten as (
    delete from webhook_inbox_deliveries where (org_id, id) in (
      select d.org_id, d.id from webhook_inbox_deliveries d
      where d.expires_at < now() order by d.expires_at limit p_limit)
    returning 1)
  select count(*) from forgotten
$$;
revoke all on function forget_webhook_inbox(integer) from public;

do $$
begin
  -- The function finds its table in the schema it was made in, whatever the caller's path.
  execute format('alter function forget_webhook_inbox(integer) set search_path = %I, pg_temp', current_schema());
  -- A member who sees only their own rows sees no inbox. The owner's function is nobody's view.
  execute format(
    'create policy subject on webhook_inbox_deliveries as restrictive using '
    '((select current_setting(''app.visibility'', true)) = ''tenant'' or current_user = %L)', current_user);
  execute format('create policy expired on webhook_inbox_deliveries for select to %I using (expires_at < now())', current_user);
  execute format('create policy forget on webhook_inbox_deliveries for delete to %I using (expires_at < now())', current_user);
  -- In Meterr's own schema the migrations run as meterr_owner; elsewhere its roles are strangers, even where they exist.
  if current_user = 'meterr_owner' then
    grant select, insert on webhook_inbox_deliveries to meterr_dashboard;
    grant update (status, failure, attempts, attempted_at) on webhook_inbox_deliveries to meterr_dashboard;
    grant execute on function forget_webhook_inbox(integer) to meterr_worker;
  end if;
end $$;
