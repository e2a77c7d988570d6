-- Users, sessions, second factors, signing keys and sign-in limits, in a schema of their own: auth.
-- Reversed by 0010_identity.down.sql. Run as meterr_owner, to whom the schema belongs like `meterr` (both are made
-- with the roles): only meterr_identity may read or write here, and it owns nothing. No row belongs to a tenant,
-- so there is no row-level security.
--
-- The first six tables are what the identity library's own generator prints for PostgreSQL (a test fails when
-- the library expects anything else). The check constraints are ours: they let no token, password or private
-- signing key be stored in clear, whatever the code above them does.

create table auth."user" (
  "id" uuid default pg_catalog.gen_random_uuid() not null primary key,
  "name" text not null,
  "email" text not null unique check ("email" = lower("email")),
  "emailVerified" boolean not null,
  "image" text,
  "createdAt" timestamptz default current_timestamp not null,
  "updatedAt" timestamptz default current_timestamp not null,
  "twoFactorEnabled" boolean
);

create table auth."session" (
  "id" uuid default pg_catalog.gen_random_uuid() not null primary key,
  -- The end of the absolute life; the idle life is counted from updatedAt.
  "expiresAt" timestamptz not null,
  -- SHA-256 of the cookie's token in base64url: 43 characters. The token itself has 32.
  "token" text not null unique check ("token" ~ '^[A-Za-z0-9_-]{43}$'),
  "createdAt" timestamptz default current_timestamp not null,
  "updatedAt" timestamptz not null,
  "ipAddress" text,
  "userAgent" text,
  "userId" uuid not null references auth."user" ("id") on delete cascade
);

create table auth."account" (
  "id" uuid default pg_catalog.gen_random_uuid() not null primary key,
  "accountId" text not null,
  "providerId" text not null,
  "userId" uuid not null references auth."user" ("id") on delete cascade,
  "accessToken" text check ("accessToken" is null),
  "refreshToken" text check ("refreshToken" is null),
  "idToken" text check ("idToken" is null),
  "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz,
  "scope" text,
  -- scrypt: 16 bytes of salt and 64 of hash, in hexadecimal.
  "password" text check ("password" ~ '^[0-9a-f]{32}:[0-9a-f]{128}$'),
  "createdAt" timestamptz default current_timestamp not null,
  "updatedAt" timestamptz not null,
  unique ("providerId", "accountId")
);

create table auth."verification" (
  "id" uuid default pg_catalog.gen_random_uuid() not null primary key,
  -- SHA-256 of the purpose and its token in base64url.
  "identifier" text not null check ("identifier" ~ '^[A-Za-z0-9_-]{43}$'),
  "value" text not null,
  "expiresAt" timestamptz not null,
  "createdAt" timestamptz default current_timestamp not null,
  "updatedAt" timestamptz default current_timestamp not null
);

create table auth."jwks" (
  "id" uuid default pg_catalog.gen_random_uuid() not null primary key,
  "publicKey" text not null,
  -- Encrypted with the identity secret; a private JWK in clear would have a member "d".
  "privateKey" text not null check ("privateKey" !~ '\\?"d\\?"'),
  "createdAt" timestamptz not null,
  "expiresAt" timestamptz,
  "alg" text,
  "crv" text
);

create table auth."twoFactor" (
  "id" uuid default pg_catalog.gen_random_uuid() not null primary key,
  "secret" text not null,
  "backupCodes" text not null,
  "userId" uuid not null references auth."user" ("id") on delete cascade,
  "verified" boolean,
  "failedVerificationCount" integer,
  "lockedUntil" timestamptz
);

create index "session_userId_idx" on auth."session" ("userId");
create index "account_userId_idx" on auth."account" ("userId");
create index "verification_identifier_idx" on auth."verification" ("identifier");
create index "twoFactor_secret_idx" on auth."twoFactor" ("secret");
create index "twoFactor_userId_idx" on auth."twoFactor" ("userId");
create index session_expires on auth."session" ("expiresAt");
create index verification_expires on auth."verification" ("expiresAt");

-- Attempts at signing in, per account and per address. The bucket is an HMAC, so neither is readable here.
create table auth.sign_in_attempts (
  bucket bytea primary key check (octet_length(bucket) = 32),
  attempts integer not null check (attempts >= 0),
  -- Which attempt was let through last: how the one statement that counts also answers.
  last_attempt uuid not null,
  last_at timestamptz not null,
  blocked_until timestamptz not null
);
create index sign_in_attempts_age on auth.sign_in_attempts (last_at);

grant usage on schema auth to meterr_identity;
grant select, insert, update, delete on auth."user", auth."session", auth."account", auth."verification", auth."jwks",
  auth."twoFactor", auth.sign_in_attempts to meterr_identity;
