drop function if exists unverified_provider_secrets(integer), note_provider_secret_check(uuid, uuid, integer, text, text),
  revoke_provider_secret(uuid, uuid), rotate_provider_secret(uuid, uuid, integer, text, text, text),
  add_provider_secret(uuid, uuid, text, text, text, boolean, text, uuid, text, text);
drop table if exists provider_secret_versions, provider_secrets, organisation_keys;
