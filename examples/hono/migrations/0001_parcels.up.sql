-- Parcels: shops hand parcels to carriers. Everything a shop has bears its id; a transaction names its shop in the
-- setting parcels.shop_id, which the columns take as their default.

create table shops (
  id uuid primary key default gen_random_uuid(),
  name text not null
);
create table users (
  id uuid primary key default gen_random_uuid(),
  name text not null
);
create table memberships (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null references shops,
  user_id uuid not null references users,
  role text not null check (role in ('clerk', 'manager')),
  unique (shop_id, user_id)
);
create table sessions (
  id uuid primary key default gen_random_uuid(),
  -- SHA-256 of the cookie, in hex.
  token_hash text not null unique,
  user_id uuid not null references users,
  expires_at timestamptz not null
);
-- Under which account a carrier knows a shop.
create table carrier_accounts (
  account text primary key,
  shop_id uuid not null references shops
);
create table parcels (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null default current_setting('parcels.shop_id')::uuid references shops,
  tracking text not null check (char_length(tracking) between 4 and 40),
  recipient text not null check (char_length(recipient) between 1 and 200),
  status text not null default 'packed' check (status in ('packed', 'sent', 'delivered')),
  created_at timestamptz not null default now(),
  unique (shop_id, tracking)
);
create table activity (
  id bigint generated always as identity primary key,
  shop_id uuid not null default current_setting('parcels.shop_id')::uuid references shops,
  who text not null,
  what text not null,
  at timestamptz not null default now()
);

grant select on shops, users, memberships, sessions, carrier_accounts to parcels_app;
grant select, insert, update, delete on parcels to parcels_app;
grant select, insert on activity to parcels_app;
