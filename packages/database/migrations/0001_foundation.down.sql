drop function if exists forget_idempotency_keys(), revoke_api_token(uuid, uuid), complete_setup(bytea, uuid, text, uuid, uuid, text, text),
  note_revocation(uuid, text, uuid), current_revocation_epoch(), revocations_since(bigint),
  find_api_token(bytea), memberships_of(uuid);
drop table if exists revocations, revocation_epoch, idempotency_keys, api_tokens, members, organisations, instance;
alter default privileges grant execute on functions to public;
