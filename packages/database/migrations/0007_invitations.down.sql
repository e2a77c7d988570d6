drop function if exists accept_invitation(uuid, bytea, uuid, uuid, text), find_invitation(bytea), members_by_id(uuid[]),
  claim_setup(bytea);
drop table if exists invitations;
