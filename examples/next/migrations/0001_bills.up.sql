-- Bills: the invoices of several companies. A session is of one user in one company.

create table companies (
  id uuid primary key default gen_random_uuid(),
  name text not null
);
create table users (
  id uuid primary key default gen_random_uuid(),
  name text not null
);
create table memberships (
  id uuid primary key default gen_random_uuid(),
  company_id uuid not null references companies,
  user_id uuid not null references users,
  role text not null check (role in ('bookkeeper', 'owner')),
  unique (company_id, user_id)
);
create table sessions (
  id uuid primary key default gen_random_uuid(),
  -- SHA-256 of the cookie.
  token_hash bytea not null unique,
  membership_id uuid not null references memberships on delete cascade,
  expires_at timestamptz not null
);
create table invoices (
  id uuid primary key default gen_random_uuid(),
  company_id uuid not null references companies,
  customer text not null check (char_length(customer) between 1 and 200),
  -- Euro cents.
  cents integer not null check (cents > 0),
  status text not null default 'draft' check (status in ('draft', 'sent', 'paid')),
  created_at timestamptz not null default now()
);
create index invoices_company on invoices (company_id, created_at desc);

grant select on companies, users, memberships, sessions to bills_app;
grant select, insert, update, delete on invoices to bills_app;
