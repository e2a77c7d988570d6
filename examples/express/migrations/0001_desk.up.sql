-- Desk: a help desk. Every ticket belongs to one workspace; people are members of one or several.

create table workspaces (
  id uuid primary key default gen_random_uuid(),
  name text not null check (char_length(name) between 1 and 100)
);
create table people (
  id uuid primary key default gen_random_uuid(),
  email text not null unique check (char_length(email) <= 254),
  name text not null,
  -- scrypt: salt and hash, in hex, divided by a colon.
  password text not null
);
create table members (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references workspaces on delete cascade,
  person_id uuid not null references people on delete cascade,
  role text not null check (role in ('agent', 'lead')),
  unique (workspace_id, person_id)
);
create table sessions (
  id uuid primary key default gen_random_uuid(),
  -- SHA-256 of the cookie: what is stored here signs nobody in.
  token_hash bytea not null unique,
  person_id uuid not null references people on delete cascade,
  expires_at timestamptz not null
);
create table tickets (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references workspaces on delete cascade,
  subject text not null check (char_length(subject) between 1 and 200),
  status text not null default 'open' check (status in ('open', 'waiting', 'closed')),
  opened_by uuid not null references people,
  opened_at timestamptz not null default now()
);
create index tickets_workspace on tickets (workspace_id, opened_at desc);
create table comments (
  id uuid primary key default gen_random_uuid(),
  ticket_id uuid not null references tickets on delete cascade,
  author_id uuid not null references people,
  body text not null check (char_length(body) between 1 and 5000),
  written_at timestamptz not null default now()
);

grant select on workspaces, people, members to desk_app;
grant select, insert, delete on sessions to desk_app;
grant select, insert, update, delete on tickets to desk_app;
grant select, insert on comments to desk_app;
