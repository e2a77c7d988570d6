-- What the gateway and its key service read and write for one organisation, each by a function that sets the
-- tenant itself: a gateway serves every organisation, and has no session to take a tenant from.
-- Reversed by 0006_gateway_reads.down.sql.

-- The sealed version the call was admitted with; nothing when the secret is revoked.
create function sealed_provider_secret(p_org uuid, p_id uuid, p_version integer)
returns table (provider text, destination text, simulated boolean, organisation_key_id text, sealed text)
language plpgsql stable security definer set search_path = meterr, pg_temp as $$
begin
  perform set_config('app.tenant_id', p_org::text, true);
  return query
    select s.provider, s.destination, s.simulated, v.organisation_key_id, v.sealed
    from provider_secrets s
    join provider_secret_versions v on v.org_id = s.org_id and v.provider_secret_id = s.id
    where s.org_id = p_org and s.id = p_id and v.version = p_version and s.revoked_at is null;
end $$;

-- Makes a key the organisation's current one and retires the one before. Repeating it changes nothing.
create function publish_organisation_key(p_org uuid, p_id text, p_public_jwk jsonb, p_signed text) returns void
language plpgsql security definer set search_path = meterr, pg_temp as $$
begin
  perform set_config('app.tenant_id', p_org::text, true);
  -- Not FOR UPDATE: the caller may hold a foreign-key lock on this row while it waits for us.
  perform from organisations where org_id = p_org for no key update;
  if exists (select from organisation_keys where org_id = p_org and id = p_id) then return; end if;
  update organisation_keys set retired_at = now() where org_id = p_org and retired_at is null;
  insert into organisation_keys (org_id, id, public_jwk, signed) values (p_org, p_id, p_public_jwk, p_signed);
end $$;

-- The organisation's current key, and whether the organisation exists at all.
create function current_organisation_key(p_org uuid)
returns table (organisation_exists boolean, id text, public_jwk jsonb, signed text)
language plpgsql stable security definer set search_path = meterr, pg_temp as $$
begin
  perform set_config('app.tenant_id', p_org::text, true);
  return query
    select true, k.id, k.public_jwk, k.signed
    from organisations o left join organisation_keys k on k.org_id = o.org_id and k.retired_at is null
    where o.org_id = p_org;
end $$;

-- The price in force that the organisation set for a model itself, if it did.
create function organisation_price(p_org uuid, p_provider text, p_model text)
returns table (version text, prices jsonb)
language plpgsql stable security definer set search_path = meterr, pg_temp as $$
begin
  perform set_config('app.tenant_id', p_org::text, true);
  return query
    select p.version, p.prices from organisation_prices p
    where p.org_id = p_org and p.provider = p_provider and p.model = p_model
    order by p.created_at desc limit 1;
end $$;

revoke all on function sealed_provider_secret(uuid, uuid, integer), publish_organisation_key(uuid, text, jsonb, text),
  current_organisation_key(uuid), organisation_price(uuid, text, text) from public;
grant execute on function sealed_provider_secret(uuid, uuid, integer), publish_organisation_key(uuid, text, jsonb, text),
  current_organisation_key(uuid), organisation_price(uuid, text, text) to meterr_gateway;
revoke select on provider_secret_versions, provider_secrets, organisation_prices from meterr_gateway;
revoke select, insert on organisation_keys from meterr_gateway;
revoke update (retired_at) on organisation_keys from meterr_gateway;
