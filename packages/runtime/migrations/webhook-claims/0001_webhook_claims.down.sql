drop function if exists forget_webhook_claims(integer);
drop table if exists webhook_claims;
