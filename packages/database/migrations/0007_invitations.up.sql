-- Invitations, and what setup and joining ask of the database. Reversed by 0007_invitations.down.sql.

create table invitations (
  org_id uuid not null references organisations,
  id uuid not null,
  email text not null check (char_length(email) between 3 and 320 and email = lower(email)),
  name text not null check (char_length(name) between 1 and 120),
  role text not null check (role in ('owner', 'admin', 'developer', 'viewer')),
  -- SHA-256 of the invitation's token, which is shown once.
  hash bytea not null unique check (octet_length(hash) = 32),
  invited_by uuid not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  primary key (org_id, id),
  foreign key (org_id, invited_by) references members,
  check (accepted_at is null or revoked_at is null)
);
-- One open invitation for each address: a new one takes the place of the one before.
create unique index invitations_open on invitations (org_id, email) where accepted_at is null and revoked_at is null;
create index invitations_inviter on invitations (org_id, invited_by);

alter table invitations enable row level security;
alter table invitations force row level security;
create policy tenant on invitations
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
create policy lookup on invitations for select to meterr_lookup using (true);
grant select (org_id, id, email, name, role, hash, invited_by, expires_at, accepted_at, revoked_at) on invitations to meterr_lookup;

-- 'open', 'completed' or 'token_invalid'. When open, the instance's row stays locked to the end of the
-- transaction, so that of two setups with one token the second waits and then finds the first one's end.
create function claim_setup(p_token_hash bytea) returns text
language plpgsql security definer set search_path = meterr, pg_temp as $$
begin
  perform from instance where setup_token_hash = p_token_hash and setup_completed_at is null for update;
  if found then return 'open'; end if;
  if exists (select from instance where setup_completed_at is null) then return 'token_invalid'; end if;
  return 'completed';
end $$;

-- Whose these member ids are, where they are members still.
create function members_by_id(p_members uuid[])
returns table (org_id uuid, org_name text, member_id uuid, email text, name text, role text)
language sql stable security definer set search_path = meterr, pg_temp as $$
  select m.org_id, o.name, m.id, m.email, m.name, m.role
  from members m join organisations o on o.org_id = m.org_id
  where m.id = any(p_members) and m.removed_at is null
  order by o.created_at, m.org_id
$$;

-- Before a tenant is known: which organisation an invitation's token leads to. An invitation holds only as long
-- as who made it may still invite to that role. State: 'open', 'accepted' or 'void' (expired, revoked, unfounded).
create function find_invitation(p_hash bytea)
returns table (org_id uuid, id uuid, org_name text, email text, name text, role text, state text)
language sql stable security definer set search_path = meterr, pg_temp as $$
  select i.org_id, i.id, o.name, i.email, i.name, i.role, case
    when i.accepted_at is not null then 'accepted'
    when i.revoked_at is null and i.expires_at > now() and m.removed_at is null
      and (m.role = 'owner' or (m.role = 'admin' and i.role <> 'owner')) then 'open'
    else 'void' end
  from invitations i
  join organisations o on o.org_id = i.org_id
  join members m on m.org_id = i.org_id and m.id = i.invited_by
  where i.hash = p_hash
$$;

-- Makes the member and consumes the invitation together. Whoever calls has verified that p_user has the invited
-- address. Answers 'joined', 'already_member' (nothing is consumed), 'accepted' or 'void'.
create function accept_invitation(p_org uuid, p_hash bytea, p_member uuid, p_user uuid, p_name text) returns text
language plpgsql security definer set search_path = meterr, pg_temp as $$
declare v_invitation invitations; v_inviter text;
begin
  select * into v_invitation from invitations where org_id = p_org and hash = p_hash for update;
  if not found then return 'void'; end if;
  if v_invitation.accepted_at is not null then return 'accepted'; end if;
  if v_invitation.revoked_at is not null or v_invitation.expires_at <= now() then return 'void'; end if;
  -- Held, so that an inviter who is being removed or demoted either is so already or lets this one in before.
  select role into v_inviter from members
  where org_id = p_org and id = v_invitation.invited_by and removed_at is null for share;
  if v_inviter is null or v_inviter not in ('owner', 'admin') or (v_inviter = 'admin' and v_invitation.role = 'owner') then
    return 'void';
  end if;
  insert into members (org_id, id, user_id, email, name, role)
  values (p_org, p_member, p_user, v_invitation.email, coalesce(p_name, v_invitation.name), v_invitation.role)
  on conflict (org_id, user_id) where removed_at is null do nothing;
  if not found then return 'already_member'; end if;
  update invitations set accepted_at = now() where org_id = p_org and id = v_invitation.id;
  return 'joined';
end $$;

grant execute on function claim_setup(bytea), members_by_id(uuid[]), find_invitation(bytea),
  accept_invitation(uuid, bytea, uuid, uuid, text) to meterr_dashboard;
grant create on schema meterr to meterr_lookup;
alter function members_by_id(uuid[]) owner to meterr_lookup;
alter function find_invitation(bytea) owner to meterr_lookup;
revoke create on schema meterr from meterr_lookup;

grant select (org_id, id, email, name, role, invited_by, created_at, expires_at, accepted_at, revoked_at),
  insert (org_id, id, email, name, role, hash, invited_by, expires_at), update (revoked_at) on invitations to meterr_dashboard;
