-- Which Stripe customer is which tenant, and what Stripe last said that customer is entitled to.
-- Reversed by 0001_stripe_customers.down.sql, which leaves nothing. Runs in any host's schema, as the role that shall
-- own it.
--
-- features and read_at are a cache. Every event of the customer empties it and moves generation on; what was read from
-- Stripe is stored only while generation is what it was before the reading, so an answer from before an event is never
-- kept after it, in whatever order both arrive.

create table stripe_customers (
  -- One customer for a tenant, one tenant for a customer.
  org_id uuid primary key,
  customer_id text not null unique check (customer_id ~ '^cus_[A-Za-z0-9]{1,64}$'),
  linked_at timestamptz not null default now(),
  generation bigint not null default 0,
  features text[] check (cardinality(features) <= 500),
  read_at timestamptz,
  check ((features is null) = (read_at is null))
);

alter table stripe_customers enable row level security;
alter table stripe_customers force row level security;
create policy tenant_isolation on stripe_customers
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

-- Holds even when somebody adds a policy that admits more: permissive ones are joined by OR. Its second half is what the
-- function below needs.
create policy tenant_isolation_only on stripe_customers as restrictive
  using (
    org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)
    or customer_id = (select nullif(current_setting('app.stripe_customer', true), ''))
  )
  with check (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

-- Before the tenant of a webhook is known: the tenant of one customer, and nothing else.
create function stripe_tenant_of_customer(p_customer text) returns uuid
language plpgsql security definer as $$
declare
  found uuid;
begin
  perform set_config('app.stripe_customer', p_customer, true);
  select c.org_id into found from stripe_customers c where c.customer_id = p_customer;
  perform set_config('app.stripe_customer', '', true);
  return found;
end $$;
revoke all on function stripe_tenant_of_customer(text) from public;

do $$
begin
  -- The function finds its table in the schema it was made in, whatever the caller's path.
  execute format('alter function stripe_tenant_of_customer(text) set search_path = %I, pg_temp', current_schema());
  -- The owner's function sees the one row it was asked for; the application's role has no part in this.
  execute format(
    'create policy lookup on stripe_customers for select to %I using (customer_id = nullif(current_setting(%L, true), %L))',
    current_user, 'app.stripe_customer', '');
end $$;
