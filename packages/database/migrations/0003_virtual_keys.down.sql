drop function if exists change_member_role(uuid, uuid, text), remove_member(uuid, uuid), revoke_virtual_key(uuid, uuid),
  find_virtual_key(bytea);
drop table if exists price_versions, organisation_prices, budgets, virtual_key_providers, virtual_keys;
revoke select (destination, simulated) on provider_secrets from meterr_lookup;
