drop table if exists auth.sign_in_attempts, auth."twoFactor", auth."jwks", auth."verification", auth."account",
  auth."session", auth."user";
revoke usage on schema auth from meterr_identity;
