drop function if exists organisation_price(uuid, text, text), current_organisation_key(uuid),
  publish_organisation_key(uuid, text, jsonb, text), sealed_provider_secret(uuid, uuid, integer);
grant select on organisation_keys to meterr_gateway;
grant insert on organisation_keys to meterr_gateway;
grant update (retired_at) on organisation_keys to meterr_gateway;
grant select on provider_secrets to meterr_gateway;
grant select on provider_secret_versions to meterr_gateway;
grant select on organisation_prices to meterr_gateway;
