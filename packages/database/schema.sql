-- The database as the migrations leave it, read from the catalogue. Made by scripts/dump.ts; not to be edited.

-- schemas
create schema auth authorization meterr_owner;
grant usage on schema auth to meterr_identity;
create schema meterr authorization meterr_owner;
grant usage on schema meterr to meterr_dashboard;
grant usage on schema meterr to meterr_gateway;
grant usage on schema meterr to meterr_lookup;
grant usage on schema meterr to meterr_worker;
alter default privileges for role meterr_owner on f grant execute to meterr_owner;

-- tables
create table auth."twoFactor" (
  id uuid not null default gen_random_uuid(),
  secret text not null,
  "backupCodes" text not null,
  "userId" uuid not null,
  verified boolean,
  "failedVerificationCount" integer,
  "lockedUntil" timestamp with time zone
); -- owner meterr_owner
create table auth."user" (
  id uuid not null default gen_random_uuid(),
  name text not null,
  email text not null,
  "emailVerified" boolean not null,
  image text,
  "createdAt" timestamp with time zone not null default CURRENT_TIMESTAMP,
  "updatedAt" timestamp with time zone not null default CURRENT_TIMESTAMP,
  "twoFactorEnabled" boolean
); -- owner meterr_owner
create table auth.account (
  id uuid not null default gen_random_uuid(),
  "accountId" text not null,
  "providerId" text not null,
  "userId" uuid not null,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamp with time zone,
  "refreshTokenExpiresAt" timestamp with time zone,
  scope text,
  password text,
  "createdAt" timestamp with time zone not null default CURRENT_TIMESTAMP,
  "updatedAt" timestamp with time zone not null
); -- owner meterr_owner
create table auth.jwks (
  id uuid not null default gen_random_uuid(),
  "publicKey" text not null,
  "privateKey" text not null,
  "createdAt" timestamp with time zone not null,
  "expiresAt" timestamp with time zone,
  alg text,
  crv text
); -- owner meterr_owner
create table auth.session (
  id uuid not null default gen_random_uuid(),
  "expiresAt" timestamp with time zone not null,
  token text not null,
  "createdAt" timestamp with time zone not null default CURRENT_TIMESTAMP,
  "updatedAt" timestamp with time zone not null,
  "ipAddress" text,
  "userAgent" text,
  "userId" uuid not null
); -- owner meterr_owner
create table auth.sign_in_attempts (
  bucket bytea not null,
  attempts integer not null,
  last_attempt uuid not null,
  last_at timestamp with time zone not null,
  blocked_until timestamp with time zone not null
); -- owner meterr_owner
create table auth.verification (
  id uuid not null default gen_random_uuid(),
  identifier text not null,
  value text not null,
  "expiresAt" timestamp with time zone not null,
  "createdAt" timestamp with time zone not null default CURRENT_TIMESTAMP,
  "updatedAt" timestamp with time zone not null default CURRENT_TIMESTAMP
); -- owner meterr_owner
create table meterr.admissions (
  org_id uuid not null,
  id uuid not null,
  admitted_at timestamp with time zone not null,
  gateway_id uuid not null,
  virtual_key_id uuid not null,
  member_id uuid not null,
  team_id uuid,
  provider_secret_id uuid,
  provider text not null,
  endpoint text not null,
  model text not null,
  simulated boolean not null,
  stream boolean not null,
  request_id text not null,
  price_version text,
  reserved_nanousd bigint not null,
  budget_ids uuid[] not null
); -- owner meterr_owner
create table meterr.api_tokens (
  org_id uuid not null,
  id uuid not null,
  member_id uuid not null,
  name text not null,
  hash bytea not null,
  display text not null,
  created_at timestamp with time zone not null default now(),
  minted_by uuid,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone
); -- owner meterr_owner
create table meterr.budgets (
  org_id uuid not null,
  id uuid not null,
  scope text not null,
  scope_id uuid not null,
  limit_nanousd bigint not null,
  spent_nanousd bigint not null default 0,
  reserved_nanousd bigint not null default 0,
  created_at timestamp with time zone not null default now()
); -- owner meterr_owner
create table meterr.events (
  org_id uuid not null,
  id uuid not null,
  occurred_at timestamp with time zone not null,
  settled_at timestamp with time zone not null default now(),
  source text not null,
  usage_source text not null,
  outcome text not null,
  simulated boolean not null,
  provider text not null,
  endpoint text not null,
  model_requested text not null,
  model_served text,
  virtual_key_id uuid,
  provider_secret_id uuid,
  member_id uuid,
  team_id uuid,
  request_id text not null,
  upstream_request_id text,
  status integer,
  stream boolean not null,
  ttfb_ms integer,
  duration_ms integer,
  input bigint not null default 0,
  cache_read bigint not null default 0,
  cache_write_5m bigint not null default 0,
  cache_write_1h bigint not null default 0,
  output bigint not null default 0,
  reasoning bigint not null default 0,
  audio_in bigint not null default 0,
  audio_out bigint not null default 0,
  image_in bigint not null default 0,
  extra_units jsonb not null default '{}'::jsonb,
  price_version text,
  cost_nanousd bigint not null,
  raw_usage jsonb
) partition by RANGE (occurred_at); -- owner meterr_owner
create table meterr.gateways (
  id uuid not null,
  slot text not null,
  started_at timestamp with time zone not null default now(),
  heartbeat_at timestamp with time zone not null default now(),
  stopped_at timestamp with time zone
); -- owner meterr_owner
create table meterr.idempotency_keys (
  org_id uuid not null,
  principal_id text not null,
  route text not null,
  key text not null,
  request_hash bytea not null,
  status integer not null,
  body jsonb,
  created_at timestamp with time zone not null default now()
); -- owner meterr_owner
create table meterr.instance (
  singleton boolean not null default true,
  id uuid not null,
  created_at timestamp with time zone not null default now(),
  setup_token_hash bytea,
  kek_canary text,
  setup_completed_at timestamp with time zone
); -- owner meterr_owner
create table meterr.invitations (
  org_id uuid not null,
  id uuid not null,
  email text not null,
  name text not null,
  role text not null,
  hash bytea not null,
  invited_by uuid not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  accepted_at timestamp with time zone,
  revoked_at timestamp with time zone
); -- owner meterr_owner
create table meterr.members (
  org_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  email text not null,
  name text not null,
  role text not null,
  created_at timestamp with time zone not null default now(),
  removed_at timestamp with time zone
); -- owner meterr_owner
create table meterr.organisation_keys (
  org_id uuid not null,
  id text not null,
  public_jwk jsonb not null,
  signed text not null,
  created_at timestamp with time zone not null default now(),
  retired_at timestamp with time zone
); -- owner meterr_owner
create table meterr.organisation_prices (
  org_id uuid not null,
  version text not null,
  provider text not null,
  model text not null,
  prices jsonb not null,
  created_by uuid not null,
  created_at timestamp with time zone not null default now()
); -- owner meterr_owner
create table meterr.organisations (
  org_id uuid not null,
  name text not null,
  created_at timestamp with time zone not null default now()
); -- owner meterr_owner
create table meterr.price_versions (
  version text not null,
  provider text not null,
  model text not null,
  prices jsonb not null,
  source text not null,
  created_at timestamp with time zone not null default now()
); -- owner meterr_owner
create table meterr.provider_secret_versions (
  org_id uuid not null,
  provider_secret_id uuid not null,
  version integer not null,
  organisation_key_id text not null,
  sealed text not null,
  created_at timestamp with time zone not null default now()
); -- owner meterr_owner
create table meterr.provider_secrets (
  org_id uuid not null,
  id uuid not null,
  provider text not null,
  name text not null,
  destination text not null,
  simulated boolean not null,
  hint text not null,
  status text not null default 'unverified'::text,
  status_detail text,
  checked_at timestamp with time zone,
  current_version integer not null default 1,
  created_by uuid not null,
  created_at timestamp with time zone not null default now(),
  revoked_at timestamp with time zone
); -- owner meterr_owner
create table meterr.refusals (
  org_id uuid not null,
  id uuid not null,
  occurred_at timestamp with time zone not null,
  virtual_key_id uuid not null,
  member_id uuid not null,
  simulated boolean not null,
  provider text not null,
  endpoint text not null,
  model text,
  code text not null,
  status integer not null,
  request_id text not null
); -- owner meterr_owner
create table meterr.revocation_epoch (
  singleton boolean not null default true,
  epoch bigint not null default 0
); -- owner meterr_owner
create table meterr.revocations (
  org_id uuid not null,
  epoch bigint not null,
  kind text not null,
  subject_id uuid not null,
  at timestamp with time zone not null default now()
); -- owner meterr_owner
create table meterr.schema_migrations (
  sequence text not null,
  number integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone not null default now()
); -- owner meterr_owner
create table meterr.usage_hourly (
  org_id uuid not null,
  hour timestamp with time zone not null,
  simulated boolean not null,
  source text not null,
  provider text not null,
  model text not null,
  member_id uuid not null,
  virtual_key_id uuid not null,
  requests bigint not null,
  failed bigint not null,
  input_tokens bigint not null,
  cached_tokens bigint not null,
  output_tokens bigint not null,
  cost_nanousd bigint not null
); -- owner meterr_owner
create table meterr.virtual_key_providers (
  org_id uuid not null,
  virtual_key_id uuid not null,
  provider text not null,
  provider_secret_id uuid
); -- owner meterr_owner
create table meterr.virtual_keys (
  org_id uuid not null,
  id uuid not null,
  name text not null,
  mode text not null,
  hash bytea not null,
  display text not null,
  member_id uuid not null,
  created_by uuid not null,
  allowed_models text[],
  allowed_origins text[],
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  suspended_at timestamp with time zone,
  suspended_reason text
); -- owner meterr_owner

-- constraints
alter table auth."twoFactor" add constraint "twoFactor_pkey" PRIMARY KEY (id);
alter table auth."twoFactor" add constraint "twoFactor_userId_fkey" FOREIGN KEY ("userId") REFERENCES auth."user"(id) ON DELETE CASCADE;
alter table auth."user" add constraint user_email_check CHECK ((email = lower(email)));
alter table auth."user" add constraint user_email_key UNIQUE (email);
alter table auth."user" add constraint user_pkey PRIMARY KEY (id);
alter table auth.account add constraint "account_accessToken_check" CHECK (("accessToken" IS NULL));
alter table auth.account add constraint "account_idToken_check" CHECK (("idToken" IS NULL));
alter table auth.account add constraint "account_providerId_accountId_key" UNIQUE ("providerId", "accountId");
alter table auth.account add constraint "account_refreshToken_check" CHECK (("refreshToken" IS NULL));
alter table auth.account add constraint "account_userId_fkey" FOREIGN KEY ("userId") REFERENCES auth."user"(id) ON DELETE CASCADE;
alter table auth.account add constraint account_password_check CHECK ((password ~ '^[0-9a-f]{32}:[0-9a-f]{128}$'::text));
alter table auth.account add constraint account_pkey PRIMARY KEY (id);
alter table auth.jwks add constraint "jwks_privateKey_check" CHECK (("privateKey" !~ '\\?"d\\?"'::text));
alter table auth.jwks add constraint jwks_pkey PRIMARY KEY (id);
alter table auth.session add constraint "session_userId_fkey" FOREIGN KEY ("userId") REFERENCES auth."user"(id) ON DELETE CASCADE;
alter table auth.session add constraint session_pkey PRIMARY KEY (id);
alter table auth.session add constraint session_token_check CHECK ((token ~ '^[A-Za-z0-9_-]{43}$'::text));
alter table auth.session add constraint session_token_key UNIQUE (token);
alter table auth.sign_in_attempts add constraint sign_in_attempts_attempts_check CHECK ((attempts >= 0));
alter table auth.sign_in_attempts add constraint sign_in_attempts_bucket_check CHECK ((octet_length(bucket) = 32));
alter table auth.sign_in_attempts add constraint sign_in_attempts_pkey PRIMARY KEY (bucket);
alter table auth.verification add constraint verification_identifier_check CHECK ((identifier ~ '^[A-Za-z0-9_-]{43}$'::text));
alter table auth.verification add constraint verification_pkey PRIMARY KEY (id);
alter table meterr.admissions add constraint admissions_gateway_id_fkey FOREIGN KEY (gateway_id) REFERENCES meterr.gateways(id);
alter table meterr.admissions add constraint admissions_org_id_fkey FOREIGN KEY (org_id) REFERENCES meterr.organisations(org_id);
alter table meterr.admissions add constraint admissions_pkey PRIMARY KEY (org_id, id);
alter table meterr.admissions add constraint admissions_reserved_nanousd_check CHECK ((reserved_nanousd >= 0));
alter table meterr.api_tokens add constraint api_tokens_display_check CHECK ((char_length(display) = 12));
alter table meterr.api_tokens add constraint api_tokens_hash_check CHECK ((octet_length(hash) = 32));
alter table meterr.api_tokens add constraint api_tokens_hash_key UNIQUE (hash);
alter table meterr.api_tokens add constraint api_tokens_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 120)));
alter table meterr.api_tokens add constraint api_tokens_org_id_member_id_fkey FOREIGN KEY (org_id, member_id) REFERENCES meterr.members(org_id, id);
alter table meterr.api_tokens add constraint api_tokens_org_id_minted_by_fkey FOREIGN KEY (org_id, minted_by) REFERENCES meterr.api_tokens(org_id, id);
alter table meterr.api_tokens add constraint api_tokens_pkey PRIMARY KEY (org_id, id);
alter table meterr.budgets add constraint budgets_limit_nanousd_check CHECK ((limit_nanousd >= 0));
alter table meterr.budgets add constraint budgets_org_id_fkey FOREIGN KEY (org_id) REFERENCES meterr.organisations(org_id);
alter table meterr.budgets add constraint budgets_org_id_scope_scope_id_key UNIQUE (org_id, scope, scope_id);
alter table meterr.budgets add constraint budgets_pkey PRIMARY KEY (org_id, id);
alter table meterr.budgets add constraint budgets_reserved_nanousd_check CHECK ((reserved_nanousd >= 0));
alter table meterr.budgets add constraint budgets_scope_check CHECK ((scope = ANY (ARRAY['organisation'::text, 'team'::text, 'member'::text, 'virtual_key'::text])));
alter table meterr.budgets add constraint budgets_spent_nanousd_check CHECK ((spent_nanousd >= 0));
alter table meterr.events add constraint events_audio_in_check CHECK ((audio_in >= 0));
alter table meterr.events add constraint events_audio_out_check CHECK ((audio_out >= 0));
alter table meterr.events add constraint events_cache_read_check CHECK ((cache_read >= 0));
alter table meterr.events add constraint events_cache_write_1h_check CHECK ((cache_write_1h >= 0));
alter table meterr.events add constraint events_cache_write_5m_check CHECK ((cache_write_5m >= 0));
alter table meterr.events add constraint events_cost_nanousd_check CHECK ((cost_nanousd >= 0));
alter table meterr.events add constraint events_image_in_check CHECK ((image_in >= 0));
alter table meterr.events add constraint events_input_check CHECK ((input >= 0));
alter table meterr.events add constraint events_outcome_check CHECK ((outcome = ANY (ARRAY['settled'::text, 'released'::text, 'expired'::text])));
alter table meterr.events add constraint events_output_check CHECK ((output >= 0));
alter table meterr.events add constraint events_pkey PRIMARY KEY (org_id, id, occurred_at);
alter table meterr.events add constraint events_reasoning_check CHECK ((reasoning >= 0));
alter table meterr.events add constraint events_source_check CHECK ((source = ANY (ARRAY['gateway'::text, 'reported'::text])));
alter table meterr.events add constraint events_usage_source_check CHECK ((usage_source = ANY (ARRAY['provider'::text, 'partial'::text, 'estimated'::text, 'none'::text])));
alter table meterr.gateways add constraint gateways_pkey PRIMARY KEY (id);
alter table meterr.gateways add constraint gateways_slot_check CHECK (((char_length(slot) >= 1) AND (char_length(slot) <= 120)));
alter table meterr.idempotency_keys add constraint idempotency_keys_key_check CHECK (((char_length(key) >= 1) AND (char_length(key) <= 255)));
alter table meterr.idempotency_keys add constraint idempotency_keys_org_id_fkey FOREIGN KEY (org_id) REFERENCES meterr.organisations(org_id);
alter table meterr.idempotency_keys add constraint idempotency_keys_pkey PRIMARY KEY (org_id, principal_id, route, key);
alter table meterr.idempotency_keys add constraint idempotency_keys_request_hash_check CHECK ((octet_length(request_hash) = 32));
alter table meterr.idempotency_keys add constraint idempotency_keys_status_check CHECK (((status >= 200) AND (status <= 299)));
alter table meterr.instance add constraint instance_pkey PRIMARY KEY (singleton);
alter table meterr.instance add constraint instance_singleton_check CHECK (singleton);
alter table meterr.invitations add constraint invitations_check CHECK (((accepted_at IS NULL) OR (revoked_at IS NULL)));
alter table meterr.invitations add constraint invitations_email_check CHECK ((((char_length(email) >= 3) AND (char_length(email) <= 320)) AND (email = lower(email))));
alter table meterr.invitations add constraint invitations_hash_check CHECK ((octet_length(hash) = 32));
alter table meterr.invitations add constraint invitations_hash_key UNIQUE (hash);
alter table meterr.invitations add constraint invitations_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 120)));
alter table meterr.invitations add constraint invitations_org_id_fkey FOREIGN KEY (org_id) REFERENCES meterr.organisations(org_id);
alter table meterr.invitations add constraint invitations_org_id_invited_by_fkey FOREIGN KEY (org_id, invited_by) REFERENCES meterr.members(org_id, id);
alter table meterr.invitations add constraint invitations_pkey PRIMARY KEY (org_id, id);
alter table meterr.invitations add constraint invitations_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'developer'::text, 'viewer'::text])));
alter table meterr.members add constraint members_email_check CHECK (((char_length(email) >= 3) AND (char_length(email) <= 320)));
alter table meterr.members add constraint members_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 120)));
alter table meterr.members add constraint members_org_id_fkey FOREIGN KEY (org_id) REFERENCES meterr.organisations(org_id);
alter table meterr.members add constraint members_pkey PRIMARY KEY (org_id, id);
alter table meterr.members add constraint members_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'developer'::text, 'viewer'::text])));
alter table meterr.organisation_keys add constraint organisation_keys_id_check CHECK (((char_length(id) >= 1) AND (char_length(id) <= 64)));
alter table meterr.organisation_keys add constraint organisation_keys_org_id_fkey FOREIGN KEY (org_id) REFERENCES meterr.organisations(org_id);
alter table meterr.organisation_keys add constraint organisation_keys_pkey PRIMARY KEY (org_id, id);
alter table meterr.organisation_prices add constraint organisation_prices_model_check CHECK (((char_length(model) >= 1) AND (char_length(model) <= 200)));
alter table meterr.organisation_prices add constraint organisation_prices_org_id_created_by_fkey FOREIGN KEY (org_id, created_by) REFERENCES meterr.members(org_id, id);
alter table meterr.organisation_prices add constraint organisation_prices_org_id_fkey FOREIGN KEY (org_id) REFERENCES meterr.organisations(org_id);
alter table meterr.organisation_prices add constraint organisation_prices_pkey PRIMARY KEY (org_id, version);
alter table meterr.organisation_prices add constraint organisation_prices_provider_check CHECK ((provider = ANY (ARRAY['openai'::text, 'anthropic'::text, 'google'::text])));
alter table meterr.organisation_prices add constraint organisation_prices_version_check CHECK (((char_length(version) >= 1) AND (char_length(version) <= 64)));
alter table meterr.organisations add constraint organisations_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 120)));
alter table meterr.organisations add constraint organisations_pkey PRIMARY KEY (org_id);
alter table meterr.price_versions add constraint price_versions_pkey PRIMARY KEY (version);
alter table meterr.price_versions add constraint price_versions_version_check CHECK (((char_length(version) >= 1) AND (char_length(version) <= 64)));
alter table meterr.provider_secret_versions add constraint provider_secret_versions_org_id_organisation_key_id_fkey FOREIGN KEY (org_id, organisation_key_id) REFERENCES meterr.organisation_keys(org_id, id);
alter table meterr.provider_secret_versions add constraint provider_secret_versions_org_id_provider_secret_id_fkey FOREIGN KEY (org_id, provider_secret_id) REFERENCES meterr.provider_secrets(org_id, id);
alter table meterr.provider_secret_versions add constraint provider_secret_versions_pkey PRIMARY KEY (org_id, provider_secret_id, version);
alter table meterr.provider_secret_versions add constraint provider_secret_versions_sealed_check CHECK (((octet_length(sealed) >= 64) AND (octet_length(sealed) <= 16384)));
alter table meterr.provider_secret_versions add constraint provider_secret_versions_version_check CHECK ((version > 0));
alter table meterr.provider_secrets add constraint provider_secrets_current_version_check CHECK ((current_version > 0));
alter table meterr.provider_secrets add constraint provider_secrets_destination_check CHECK (((char_length(destination) >= 8) AND (char_length(destination) <= 300)));
alter table meterr.provider_secrets add constraint provider_secrets_hint_check CHECK ((char_length(hint) <= 16));
alter table meterr.provider_secrets add constraint provider_secrets_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 120)));
alter table meterr.provider_secrets add constraint provider_secrets_org_id_created_by_fkey FOREIGN KEY (org_id, created_by) REFERENCES meterr.members(org_id, id);
alter table meterr.provider_secrets add constraint provider_secrets_org_id_fkey FOREIGN KEY (org_id) REFERENCES meterr.organisations(org_id);
alter table meterr.provider_secrets add constraint provider_secrets_pkey PRIMARY KEY (org_id, id);
alter table meterr.provider_secrets add constraint provider_secrets_provider_check CHECK ((provider = ANY (ARRAY['openai'::text, 'anthropic'::text, 'google'::text])));
alter table meterr.provider_secrets add constraint provider_secrets_status_check CHECK ((status = ANY (ARRAY['unverified'::text, 'working'::text, 'rejected'::text])));
alter table meterr.provider_secrets add constraint provider_secrets_status_detail_check CHECK ((char_length(status_detail) <= 200));
alter table meterr.refusals add constraint refusals_org_id_fkey FOREIGN KEY (org_id) REFERENCES meterr.organisations(org_id);
alter table meterr.refusals add constraint refusals_pkey PRIMARY KEY (org_id, id);
alter table meterr.revocation_epoch add constraint revocation_epoch_pkey PRIMARY KEY (singleton);
alter table meterr.revocation_epoch add constraint revocation_epoch_singleton_check CHECK (singleton);
alter table meterr.revocations add constraint revocations_epoch_key UNIQUE (epoch);
alter table meterr.revocations add constraint revocations_kind_check CHECK ((kind = ANY (ARRAY['virtual_key'::text, 'provider_secret'::text, 'member'::text, 'api_token'::text, 'policy'::text])));
alter table meterr.revocations add constraint revocations_pkey PRIMARY KEY (org_id, epoch);
alter table meterr.schema_migrations add constraint schema_migrations_pkey PRIMARY KEY (sequence, number);
alter table meterr.usage_hourly add constraint usage_hourly_org_id_fkey FOREIGN KEY (org_id) REFERENCES meterr.organisations(org_id);
alter table meterr.usage_hourly add constraint usage_hourly_pkey PRIMARY KEY (org_id, hour, simulated, source, provider, model, member_id, virtual_key_id);
alter table meterr.virtual_key_providers add constraint virtual_key_providers_org_id_provider_secret_id_fkey FOREIGN KEY (org_id, provider_secret_id) REFERENCES meterr.provider_secrets(org_id, id);
alter table meterr.virtual_key_providers add constraint virtual_key_providers_org_id_virtual_key_id_fkey FOREIGN KEY (org_id, virtual_key_id) REFERENCES meterr.virtual_keys(org_id, id);
alter table meterr.virtual_key_providers add constraint virtual_key_providers_pkey PRIMARY KEY (org_id, virtual_key_id, provider);
alter table meterr.virtual_key_providers add constraint virtual_key_providers_provider_check CHECK ((provider = ANY (ARRAY['openai'::text, 'anthropic'::text, 'google'::text])));
alter table meterr.virtual_keys add constraint virtual_keys_allowed_models_check CHECK (((cardinality(allowed_models) >= 1) AND (cardinality(allowed_models) <= 100)));
alter table meterr.virtual_keys add constraint virtual_keys_allowed_origins_check CHECK (((cardinality(allowed_origins) >= 1) AND (cardinality(allowed_origins) <= 20)));
alter table meterr.virtual_keys add constraint virtual_keys_display_check CHECK ((char_length(display) = 12));
alter table meterr.virtual_keys add constraint virtual_keys_hash_check CHECK ((octet_length(hash) = 32));
alter table meterr.virtual_keys add constraint virtual_keys_hash_key UNIQUE (hash);
alter table meterr.virtual_keys add constraint virtual_keys_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])));
alter table meterr.virtual_keys add constraint virtual_keys_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 120)));
alter table meterr.virtual_keys add constraint virtual_keys_org_id_created_by_fkey FOREIGN KEY (org_id, created_by) REFERENCES meterr.members(org_id, id);
alter table meterr.virtual_keys add constraint virtual_keys_org_id_fkey FOREIGN KEY (org_id) REFERENCES meterr.organisations(org_id);
alter table meterr.virtual_keys add constraint virtual_keys_org_id_member_id_fkey FOREIGN KEY (org_id, member_id) REFERENCES meterr.members(org_id, id);
alter table meterr.virtual_keys add constraint virtual_keys_pkey PRIMARY KEY (org_id, id);
alter table meterr.virtual_keys add constraint virtual_keys_suspended_reason_check CHECK ((suspended_reason = 'overrun'::text));

-- indexes
CREATE INDEX "twoFactor_secret_idx" ON auth."twoFactor" USING btree (secret);
CREATE INDEX "twoFactor_userId_idx" ON auth."twoFactor" USING btree ("userId");
CREATE INDEX "account_userId_idx" ON auth.account USING btree ("userId");
CREATE INDEX "session_userId_idx" ON auth.session USING btree ("userId");
CREATE INDEX session_expires ON auth.session USING btree ("expiresAt");
CREATE INDEX sign_in_attempts_age ON auth.sign_in_attempts USING btree (last_at);
CREATE INDEX verification_expires ON auth.verification USING btree ("expiresAt");
CREATE INDEX verification_identifier_idx ON auth.verification USING btree (identifier);
CREATE INDEX admissions_gateway ON meterr.admissions USING btree (gateway_id);
CREATE INDEX api_tokens_minted_by ON meterr.api_tokens USING btree (org_id, minted_by) WHERE (minted_by IS NOT NULL);
CREATE INDEX events_recent ON ONLY meterr.events USING btree (org_id, occurred_at DESC, id DESC);
CREATE INDEX events_virtual_key ON ONLY meterr.events USING btree (org_id, virtual_key_id, occurred_at DESC);
CREATE INDEX gateways_running ON meterr.gateways USING btree (slot) WHERE (stopped_at IS NULL);
CREATE INDEX idempotency_keys_created ON meterr.idempotency_keys USING btree (created_at);
CREATE INDEX invitations_inviter ON meterr.invitations USING btree (org_id, invited_by);
CREATE UNIQUE INDEX invitations_open ON meterr.invitations USING btree (org_id, email) WHERE ((accepted_at IS NULL) AND (revoked_at IS NULL));
CREATE INDEX members_user ON meterr.members USING btree (user_id) WHERE (removed_at IS NULL);
CREATE UNIQUE INDEX members_active_user ON meterr.members USING btree (org_id, user_id) WHERE (removed_at IS NULL);
CREATE UNIQUE INDEX organisation_keys_current ON meterr.organisation_keys USING btree (org_id) WHERE (retired_at IS NULL);
CREATE INDEX organisation_prices_model ON meterr.organisation_prices USING btree (org_id, provider, model, created_at DESC);
CREATE INDEX provider_secrets_unverified ON meterr.provider_secrets USING btree (checked_at NULLS FIRST, created_at) WHERE ((status = 'unverified'::text) AND (revoked_at IS NULL));
CREATE UNIQUE INDEX provider_secrets_name ON meterr.provider_secrets USING btree (org_id, name) WHERE (revoked_at IS NULL);
CREATE INDEX refusals_age ON meterr.refusals USING btree (occurred_at);
CREATE INDEX refusals_recent ON meterr.refusals USING btree (org_id, occurred_at DESC, id DESC);
CREATE INDEX virtual_key_providers_secret ON meterr.virtual_key_providers USING btree (org_id, provider_secret_id);
CREATE INDEX virtual_keys_member ON meterr.virtual_keys USING btree (org_id, member_id);

-- row-level security
alter table meterr.admissions enable row level security, force row level security;
create policy lookup on meterr.admissions for select to meterr_lookup
  using true;
create policy tenant on meterr.admissions to public
  using (org_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"));
alter table meterr.api_tokens enable row level security, force row level security;
create policy lookup on meterr.api_tokens for select to meterr_lookup
  using true;
create policy subject on meterr.api_tokens as restrictive to public
  using ((( SELECT current_setting('app.visibility'::text, true) AS current_setting) = 'tenant'::text) OR (CURRENT_USER = 'meterr_lookup'::name) OR (member_id = ( SELECT (NULLIF(current_setting('app.subject_id'::text, true), ''::text))::uuid AS "nullif")));
create policy tenant on meterr.api_tokens to public
  using (org_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"));
alter table meterr.budgets enable row level security, force row level security;
create policy lookup on meterr.budgets for select to meterr_lookup
  using true;
create policy subject on meterr.budgets as restrictive to public
  using ((( SELECT current_setting('app.visibility'::text, true) AS current_setting) = 'tenant'::text) OR (CURRENT_USER = 'meterr_lookup'::name) OR ((scope = 'member'::text) AND (scope_id = ( SELECT (NULLIF(current_setting('app.subject_id'::text, true), ''::text))::uuid AS "nullif"))) OR ((scope = 'virtual_key'::text) AND (EXISTS ( SELECT
   FROM meterr.virtual_keys k
  WHERE ((k.org_id = budgets.org_id) AND (k.id = budgets.scope_id) AND (k.member_id = ( SELECT (NULLIF(current_setting('app.subject_id'::text, true), ''::text))::uuid AS "nullif")))))));
create policy tenant on meterr.budgets to public
  using (org_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"));
alter table meterr.events enable row level security, force row level security;
create policy subject on meterr.events as restrictive to public
  using ((( SELECT current_setting('app.visibility'::text, true) AS current_setting) = 'tenant'::text) OR (member_id = ( SELECT (NULLIF(current_setting('app.subject_id'::text, true), ''::text))::uuid AS "nullif")));
create policy tenant on meterr.events to public
  using (org_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"));
alter table meterr.idempotency_keys enable row level security, force row level security;
create policy forget on meterr.idempotency_keys for select to meterr_lookup
  using (created_at < (now() - '25:00:00'::interval));
create policy forget_delete on meterr.idempotency_keys for delete to meterr_lookup
  using (created_at < (now() - '25:00:00'::interval));
create policy tenant on meterr.idempotency_keys to public
  using (org_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"));
alter table meterr.invitations enable row level security, force row level security;
create policy lookup on meterr.invitations for select to meterr_lookup
  using true;
create policy tenant on meterr.invitations to public
  using (org_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"));
alter table meterr.members enable row level security, force row level security;
create policy lookup on meterr.members for select to meterr_lookup
  using true;
create policy tenant on meterr.members to public
  using (org_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"));
alter table meterr.organisation_keys enable row level security, force row level security;
create policy tenant on meterr.organisation_keys to public
  using (org_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"));
alter table meterr.organisation_prices enable row level security, force row level security;
create policy tenant on meterr.organisation_prices to public
  using (org_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"));
alter table meterr.organisations enable row level security, force row level security;
create policy lookup on meterr.organisations for select to meterr_lookup
  using true;
create policy tenant on meterr.organisations to public
  using (org_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"));
alter table meterr.provider_secret_versions enable row level security, force row level security;
create policy tenant on meterr.provider_secret_versions to public
  using (org_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"));
alter table meterr.provider_secrets enable row level security, force row level security;
create policy lookup on meterr.provider_secrets for select to meterr_lookup
  using true;
create policy tenant on meterr.provider_secrets to public
  using (org_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"));
alter table meterr.refusals enable row level security, force row level security;
create policy subject on meterr.refusals as restrictive to public
  using ((( SELECT current_setting('app.visibility'::text, true) AS current_setting) = 'tenant'::text) OR (member_id = ( SELECT (NULLIF(current_setting('app.subject_id'::text, true), ''::text))::uuid AS "nullif")));
create policy tenant on meterr.refusals to public
  using (org_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"));
alter table meterr.revocations enable row level security, force row level security;
create policy lookup on meterr.revocations for select to meterr_lookup
  using true;
create policy tenant on meterr.revocations to public
  using (org_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"));
alter table meterr.usage_hourly enable row level security, force row level security;
create policy subject on meterr.usage_hourly as restrictive to public
  using ((( SELECT current_setting('app.visibility'::text, true) AS current_setting) = 'tenant'::text) OR (member_id = ( SELECT (NULLIF(current_setting('app.subject_id'::text, true), ''::text))::uuid AS "nullif")));
create policy tenant on meterr.usage_hourly to public
  using (org_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"));
alter table meterr.virtual_key_providers enable row level security, force row level security;
create policy lookup on meterr.virtual_key_providers for select to meterr_lookup
  using true;
create policy subject on meterr.virtual_key_providers as restrictive to public
  using ((( SELECT current_setting('app.visibility'::text, true) AS current_setting) = 'tenant'::text) OR (CURRENT_USER = 'meterr_lookup'::name) OR (EXISTS ( SELECT
   FROM meterr.virtual_keys k
  WHERE ((k.org_id = virtual_key_providers.org_id) AND (k.id = virtual_key_providers.virtual_key_id) AND (k.member_id = ( SELECT (NULLIF(current_setting('app.subject_id'::text, true), ''::text))::uuid AS "nullif"))))));
create policy tenant on meterr.virtual_key_providers to public
  using (org_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"));
alter table meterr.virtual_keys enable row level security, force row level security;
create policy lookup on meterr.virtual_keys for select to meterr_lookup
  using true;
create policy subject on meterr.virtual_keys as restrictive to public
  using ((( SELECT current_setting('app.visibility'::text, true) AS current_setting) = 'tenant'::text) OR (CURRENT_USER = 'meterr_lookup'::name) OR (member_id = ( SELECT (NULLIF(current_setting('app.subject_id'::text, true), ''::text))::uuid AS "nullif")));
create policy tenant on meterr.virtual_keys to public
  using (org_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"));

-- functions
CREATE OR REPLACE FUNCTION meterr.accept_invitation(p_org uuid, p_hash bytea, p_member uuid, p_user uuid, p_name text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
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
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.add_provider_secret(p_org uuid, p_id uuid, p_provider text, p_name text, p_destination text, p_simulated boolean, p_hint text, p_created_by uuid, p_organisation_key text, p_sealed text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
begin
  insert into provider_secrets (org_id, id, provider, name, destination, simulated, hint, created_by)
  values (p_org, p_id, p_provider, p_name, p_destination, p_simulated, p_hint, p_created_by);
  insert into provider_secret_versions (org_id, provider_secret_id, version, organisation_key_id, sealed)
  values (p_org, p_id, 1, p_organisation_key, p_sealed);
  perform pg_notify('meterr_provider_secrets', p_org::text || ':' || p_id::text);
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.change_member_role(p_org uuid, p_id uuid, p_role text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
declare v_role text;
begin
  perform from members where org_id = p_org and role = 'owner' and removed_at is null order by id for update;
  select role into v_role from members where org_id = p_org and id = p_id and removed_at is null for update;
  if not found then return 'not_found'; end if;
  if v_role = 'owner' and p_role <> 'owner' and (select count(*) from members
      where org_id = p_org and role = 'owner' and removed_at is null) = 1 then
    return 'last_owner';
  end if;
  update members set role = p_role where org_id = p_org and id = p_id;
  return 'changed';
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.claim_setup(p_token_hash bytea)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
begin
  perform from instance where setup_token_hash = p_token_hash and setup_completed_at is null for update;
  if found then return 'open'; end if;
  if exists (select from instance where setup_completed_at is null) then return 'token_invalid'; end if;
  return 'completed';
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.complete_setup(p_token_hash bytea, p_org uuid, p_org_name text, p_member uuid, p_user uuid, p_email text, p_name text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
begin
  update instance set setup_token_hash = null, setup_completed_at = now()
  where setup_token_hash = p_token_hash and setup_completed_at is null;
  if not found then return false; end if;
  perform set_config('app.tenant_id', p_org::text, true);
  insert into organisations (org_id, name) values (p_org, p_org_name);
  insert into members (org_id, id, user_id, email, name, role)
  values (p_org, p_member, p_user, p_email, p_name, 'owner');
  return true;
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.current_organisation_key(p_org uuid)
 RETURNS TABLE(organisation_exists boolean, id text, public_jwk jsonb, signed text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
begin
  perform set_config('app.tenant_id', p_org::text, true);
  return query
    select true, k.id, k.public_jwk, k.signed
    from organisations o left join organisation_keys k on k.org_id = o.org_id and k.retired_at is null
    where o.org_id = p_org;
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.current_revocation_epoch()
 RETURNS bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
  select epoch from revocation_epoch
$function$
; -- owner meterr_lookup
CREATE OR REPLACE FUNCTION meterr.ensure_event_partitions(p_at timestamp with time zone DEFAULT now())
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
declare v_from timestamptz; v_name text;
begin
  perform pg_advisory_xact_lock(hashtextextended('meterr.event_partitions', 0));
  for i in 0..2 loop
    v_from := (date_trunc('month', p_at at time zone 'UTC') + make_interval(months => i)) at time zone 'UTC';
    v_name := 'events_' || to_char(v_from at time zone 'UTC', 'YYYY_MM');
    if to_regclass('meterr.' || v_name) is null then
      execute format('create table %I partition of events for values from (%L) to (%L)', v_name, v_from,
        ((v_from at time zone 'UTC') + interval '1 month') at time zone 'UTC');
      execute format('alter table %I enable row level security', v_name);
      execute format('alter table %I force row level security', v_name);
    end if;
  end loop;
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.find_api_token(p_hash bytea)
 RETURNS TABLE(org_id uuid, token_id uuid, token_name text, member_id uuid, user_id uuid, email text, role text, expires_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
  select t.org_id, t.id, t.name, m.id, m.user_id, m.email, m.role, t.expires_at
  from api_tokens t join members m on m.org_id = t.org_id and m.id = t.member_id
  where t.hash = p_hash and t.revoked_at is null and m.removed_at is null
    and (t.expires_at is null or t.expires_at > now())
    -- Looked at here as well: who was minting while the revocation ran gets nothing by it.
    and not exists (select from api_tokens p where p.org_id = t.org_id and p.id = t.minted_by
      and (p.revoked_at is not null or p.expires_at <= now()))
$function$
; -- owner meterr_lookup
CREATE OR REPLACE FUNCTION meterr.find_invitation(p_hash bytea)
 RETURNS TABLE(org_id uuid, id uuid, org_name text, email text, name text, role text, state text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
  select i.org_id, i.id, o.name, i.email, i.name, i.role, case
    when i.accepted_at is not null then 'accepted'
    when i.revoked_at is null and i.expires_at > now() and m.removed_at is null
      and (m.role = 'owner' or (m.role = 'admin' and i.role <> 'owner')) then 'open'
    else 'void' end
  from invitations i
  join organisations o on o.org_id = i.org_id
  join members m on m.org_id = i.org_id and m.id = i.invited_by
  where i.hash = p_hash
$function$
; -- owner meterr_lookup
CREATE OR REPLACE FUNCTION meterr.find_virtual_key(p_hash bytea)
 RETURNS TABLE(org_id uuid, id uuid, mode text, member_id uuid, allowed_models text[], allowed_origins text[], expires_at timestamp with time zone, revoked boolean, suspended boolean, limited boolean, providers jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
  select k.org_id, k.id, k.mode, k.member_id, k.allowed_models, k.allowed_origins, k.expires_at,
    k.revoked_at is not null or m.removed_at is not null, k.suspended_at is not null,
    exists (select from budgets b where b.org_id = k.org_id and (
      (b.scope = 'virtual_key' and b.scope_id = k.id)
      or (k.mode = 'live' and ((b.scope = 'member' and b.scope_id = k.member_id)
        or (b.scope = 'organisation' and b.scope_id = k.org_id))))),
    coalesce((select jsonb_object_agg(p.provider, jsonb_build_object(
        'provider_secret_id', p.provider_secret_id, 'version', s.current_version,
        'destination', s.destination, 'simulated', coalesce(s.simulated, true), 'revoked', s.revoked_at is not null))
      from virtual_key_providers p
      left join provider_secrets s on s.org_id = p.org_id and s.id = p.provider_secret_id
      where p.org_id = k.org_id and p.virtual_key_id = k.id), '{}'::jsonb)
  from virtual_keys k join members m on m.org_id = k.org_id and m.id = k.member_id
  where k.hash = p_hash
$function$
; -- owner meterr_lookup
CREATE OR REPLACE FUNCTION meterr.forget_idempotency_keys()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
  with old as (
    select i.org_id, i.principal_id, i.route, i.key from idempotency_keys i
    where i.created_at < now() - interval '25 hours' order by i.created_at limit 10000
  ), gone as (
    delete from idempotency_keys i using old
    where i.org_id = old.org_id and i.principal_id = old.principal_id and i.route = old.route and i.key = old.key
    returning i.key
  )
  select count(*)::integer from gone
$function$
; -- owner meterr_lookup
CREATE OR REPLACE FUNCTION meterr.gateway_lock(p_gateway uuid)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
  select hashtextextended('meterr.gateway.' || p_gateway::text, 0)
$function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.gateways_to_recover(p_successor uuid, p_silence interval)
 RETURNS TABLE(gateway_id uuid, org_id uuid)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
  select distinct a.gateway_id, a.org_id
  from admissions a join gateways g on g.id = a.gateway_id
  where g.id <> p_successor and (
    g.stopped_at is not null
    or ((exists (select from gateways s where s.id = p_successor and s.slot = g.slot and s.started_at > g.started_at)
        or (g.heartbeat_at < clock_timestamp() - p_silence
          and pg_postmaster_start_time() < clock_timestamp() - p_silence))
      and not exists (select from pg_locks l
        where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
          and l.database = (select d.oid from pg_database d where d.datname = current_database())
          and (l.classid::bigint << 32) | l.objid::bigint = gateway_lock(g.id))))
$function$
; -- owner meterr_lookup
CREATE OR REPLACE FUNCTION meterr.ledger_admit(p_org uuid, p_id uuid, p_gateway uuid, p_virtual_key uuid, p_provider_secret uuid, p_provider text, p_endpoint text, p_model text, p_simulated boolean, p_stream boolean, p_request_id text, p_price_version text, p_input_micro numeric, p_output_price numeric, p_output_tokens bigint, p_lowerable boolean)
 RETURNS TABLE(verdict text, output_tokens bigint, reserved_nanousd bigint, admitted_at timestamp with time zone)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
declare
  k record; v_ids uuid[]; v_room numeric; v_output bigint := p_output_tokens; v_need numeric; v_now timestamptz; v_refused text;
begin
  if not (p_input_micro >= 0 and p_output_price >= 0 and p_output_tokens >= 0) then
    raise exception 'an admission needs bounds that are not negative' using errcode = '22023';
  end if;
  perform set_config('app.tenant_id', p_org::text, true), set_config('app.visibility', 'tenant', true);

  -- Locked in the order of their ids, here and in ledger_settle, so that no two transactions wait for each other.
  select array_agg(b.id), min(b.limit_nanousd::numeric - b.spent_nanousd - b.reserved_nanousd) into v_ids, v_room
  from (select c.* from budgets c join virtual_keys v on v.org_id = c.org_id and v.id = p_virtual_key
    where c.org_id = p_org and (
      (c.scope = 'virtual_key' and c.scope_id = p_virtual_key)
      or (v.mode = 'live' and ((c.scope = 'member' and c.scope_id = v.member_id)
        or (c.scope = 'organisation' and c.scope_id = p_org))))
    order by c.id for update of c) b;

  -- Looked at only now: whatever was revoked while this waited for its turn is seen.
  v_now := clock_timestamp();
  select v.member_id, v.revoked_at, v.expires_at, v.suspended_at, m.removed_at into k
  from virtual_keys v join members m on m.org_id = v.org_id and m.id = v.member_id
  where v.org_id = p_org and v.id = p_virtual_key;
  v_refused := case
    when not found or k.revoked_at is not null or k.removed_at is not null then 'key_revoked'
    when k.expires_at <= v_now then 'key_expired'
    when k.suspended_at is not null then 'key_suspended'
    when p_provider_secret is not null and not exists (select from provider_secrets s
      where s.org_id = p_org and s.id = p_provider_secret and s.revoked_at is null) then 'secret_revoked'
  end;

  v_need := ceil((p_input_micro + v_output * p_output_price) / 1000000);
  if v_refused is null and v_ids is not null and v_need > v_room then
    if p_lowerable and p_output_price > 0 then
      v_output := least(v_output, greatest(0, floor((v_room * 1000000 - p_input_micro) / p_output_price)));
      v_need := ceil((p_input_micro + v_output * p_output_price) / 1000000);
    end if;
    if v_need > v_room or v_output < 1 then v_refused := 'budget_exceeded'; end if;
  end if;
  if v_refused is not null then
    return query select v_refused, 0::bigint, 0::bigint, v_now;
    return;
  end if;

  insert into admissions (org_id, id, admitted_at, gateway_id, virtual_key_id, member_id, provider_secret_id, provider,
    endpoint, model, simulated, stream, request_id, price_version, reserved_nanousd, budget_ids)
  values (p_org, p_id, v_now, p_gateway, p_virtual_key, k.member_id, p_provider_secret, p_provider,
    p_endpoint, p_model, p_simulated, p_stream, p_request_id, p_price_version, v_need, coalesce(v_ids, '{}'));
  if v_ids is not null then
    update budgets b set reserved_nanousd = b.reserved_nanousd + v_need where b.org_id = p_org and b.id = any(v_ids);
  end if;
  return query select 'ok', v_output, v_need::bigint, v_now;
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.ledger_admit_together(p_org uuid, p_gateway uuid, p_requests jsonb)
 RETURNS TABLE(id uuid, verdict text, output_tokens bigint, reserved_nanousd bigint, admitted_at timestamp with time zone)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
declare r record; v_keys uuid[];
begin
  perform set_config('app.tenant_id', p_org::text, true), set_config('app.visibility', 'tenant', true);
  v_keys := array(select distinct (e ->> 'virtual_key')::uuid from jsonb_array_elements(p_requests) e);
  -- Every budget of every call first, in the order of their ids: one by one, two batches could wait for each other.
  perform from budgets c where c.org_id = p_org and exists (
    select from virtual_keys v where v.org_id = c.org_id and v.id = any(v_keys) and (
      (c.scope = 'virtual_key' and c.scope_id = v.id)
      or (v.mode = 'live' and ((c.scope = 'member' and c.scope_id = v.member_id)
        or (c.scope = 'organisation' and c.scope_id = p_org)))))
  order by c.id for update of c;

  for r in select x.* from jsonb_to_recordset(p_requests) as x (
    id uuid, virtual_key uuid, provider_secret uuid, provider text, endpoint text, model text, simulated boolean,
    stream boolean, request_id text, price_version text, input_micro numeric, output_price numeric,
    output_tokens bigint, lowerable boolean)
  loop
    return query
      select r.id, a.verdict, a.output_tokens, a.reserved_nanousd, a.admitted_at
      from ledger_admit(p_org, r.id, p_gateway, r.virtual_key, r.provider_secret, r.provider, r.endpoint, r.model,
        r.simulated, r.stream, r.request_id, r.price_version, r.input_micro, r.output_price, r.output_tokens,
        r.lowerable) a;
  end loop;
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.ledger_expire(p_org uuid, p_gateway uuid)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
declare v_settlements jsonb;
begin
  perform set_config('app.tenant_id', p_org::text, true), set_config('app.visibility', 'tenant', true);
  select jsonb_agg(jsonb_build_object('id', a.id, 'outcome', 'expired', 'usage_source', 'estimated')) into v_settlements
  from admissions a where a.org_id = p_org and a.gateway_id = p_gateway;
  if v_settlements is null then return 0; end if;
  return (select count(*)::integer from ledger_settle(p_org, v_settlements) r where r.result = 'written');
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.ledger_note_refusals(p_org uuid, p_refusals jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
declare v_count integer;
begin
  perform set_config('app.tenant_id', p_org::text, true), set_config('app.visibility', 'tenant', true);
  insert into refusals (org_id, id, occurred_at, virtual_key_id, member_id, simulated, provider, endpoint, model, code,
    status, request_id)
  select p_org, r.id, r.occurred_at, r.virtual_key_id, r.member_id, r.simulated, r.provider, r.endpoint, r.model,
    r.code, r.status, r.request_id
  from jsonb_to_recordset(p_refusals) as r (id uuid, occurred_at timestamptz, virtual_key_id uuid, member_id uuid,
    simulated boolean, provider text, endpoint text, model text, code text, status integer, request_id text)
  order by r.id
  on conflict on constraint refusals_pkey do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.ledger_settle(p_org uuid, p_settlements jsonb)
 RETURNS TABLE(id uuid, result text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
declare v_asked uuid[]; v_written uuid[]; v_overrun uuid[]; v_key uuid;
begin
  perform set_config('app.tenant_id', p_org::text, true), set_config('app.visibility', 'tenant', true);
  v_asked := array(select distinct (e ->> 'id')::uuid from jsonb_array_elements(p_settlements) e);
  perform from admissions x where x.org_id = p_org and x.id = any(v_asked) order by x.id for update;
  perform from budgets b where b.org_id = p_org and b.id in (
    select unnest(x.budget_ids) from admissions x where x.org_id = p_org and x.id = any(v_asked))
  order by b.id for update;

  with asked as (
    select distinct on (r.id) r.* from jsonb_to_recordset(p_settlements) as r (
      id uuid, outcome text, usage_source text, model_served text, upstream_request_id text, status integer,
      ttfb_ms integer, duration_ms integer, input bigint, cache_read bigint, cache_write_5m bigint,
      cache_write_1h bigint, output bigint, reasoning bigint, audio_in bigint, audio_out bigint, image_in bigint,
      extra_units jsonb, price_version text, cost_nanousd bigint, raw_usage jsonb)
    order by r.id
  ), closed as (
    delete from admissions x where x.org_id = p_org and x.id = any(v_asked) returning x.*
  ), call as (
    select a.id, a.admitted_at, a.virtual_key_id, a.member_id, a.team_id, a.provider_secret_id, a.provider, a.endpoint,
      a.model, a.simulated, a.stream, a.request_id, a.reserved_nanousd, a.budget_ids,
      s.outcome, s.usage_source, s.model_served, s.upstream_request_id, s.status, s.ttfb_ms, s.duration_ms,
      coalesce(s.input, 0) as input, coalesce(s.cache_read, 0) as cache_read,
      coalesce(s.cache_write_5m, 0) as cache_write_5m, coalesce(s.cache_write_1h, 0) as cache_write_1h,
      coalesce(s.output, 0) as output, coalesce(s.reasoning, 0) as reasoning, coalesce(s.audio_in, 0) as audio_in,
      coalesce(s.audio_out, 0) as audio_out, coalesce(s.image_in, 0) as image_in,
      coalesce(s.extra_units, '{}') as extra_units, coalesce(s.price_version, a.price_version) as price_version,
      case when s.outcome = 'released' then 0 else coalesce(s.cost_nanousd, a.reserved_nanousd) end as cost, s.raw_usage
    from closed a join asked s on s.id = a.id
  ), written as (
    insert into events (org_id, id, occurred_at, source, usage_source, outcome, simulated, provider, endpoint,
      model_requested, model_served, virtual_key_id, provider_secret_id, member_id, team_id, request_id,
      upstream_request_id, status, stream, ttfb_ms, duration_ms, input, cache_read, cache_write_5m, cache_write_1h,
      output, reasoning, audio_in, audio_out, image_in, extra_units, price_version, cost_nanousd, raw_usage)
    select p_org, c.id, c.admitted_at, 'gateway', c.usage_source, c.outcome, c.simulated, c.provider, c.endpoint,
      c.model, c.model_served, c.virtual_key_id, c.provider_secret_id, c.member_id, c.team_id, c.request_id,
      c.upstream_request_id, c.status, c.stream, c.ttfb_ms, c.duration_ms, c.input, c.cache_read, c.cache_write_5m,
      c.cache_write_1h, c.output, c.reasoning, c.audio_in, c.audio_out, c.image_in, c.extra_units, c.price_version,
      c.cost, c.raw_usage
    from call c
  ), moved as (
    update budgets b set reserved_nanousd = b.reserved_nanousd - t.reserved, spent_nanousd = b.spent_nanousd + t.cost
    from (select u.budget_id, sum(c.reserved_nanousd) as reserved, sum(c.cost) as cost
      from call c cross join unnest(c.budget_ids) as u (budget_id) group by u.budget_id) t
    where b.org_id = p_org and b.id = t.budget_id
  ), rolled_up as (
    insert into usage_hourly as h (org_id, hour, simulated, source, provider, model, member_id, virtual_key_id,
      requests, failed, input_tokens, cached_tokens, output_tokens, cost_nanousd)
    select p_org, date_trunc('hour', c.admitted_at, 'UTC'), c.simulated, 'gateway', c.provider,
      coalesce(c.model_served, c.model), c.member_id, c.virtual_key_id, count(*),
      count(*) filter (where c.status is null or c.status not between 200 and 299),
      sum(c.input + c.audio_in + c.image_in + c.cache_write_5m + c.cache_write_1h), sum(c.cache_read),
      sum(c.output + c.reasoning + c.audio_out), sum(c.cost)
    from call c where c.outcome <> 'released'
    group by 2, 3, 5, 6, 7, 8 order by 2, 3, 5, 6, 7, 8
    on conflict on constraint usage_hourly_pkey do update set requests = h.requests + excluded.requests,
      failed = h.failed + excluded.failed, input_tokens = h.input_tokens + excluded.input_tokens,
      cached_tokens = h.cached_tokens + excluded.cached_tokens,
      output_tokens = h.output_tokens + excluded.output_tokens, cost_nanousd = h.cost_nanousd + excluded.cost_nanousd
  )
  select array_agg(c.id), array_agg(distinct c.virtual_key_id)
    filter (where c.cost > c.reserved_nanousd and cardinality(c.budget_ids) > 0)
  into v_written, v_overrun from call c;

  -- A provider that charged beyond the bound is recorded in full, and the virtual key stops.
  if v_overrun is not null then
    perform from virtual_keys k where k.org_id = p_org and k.id = any(v_overrun) order by k.id for update;
    for v_key in
      update virtual_keys k set suspended_at = now(), suspended_reason = 'overrun'
      where k.org_id = p_org and k.id = any(v_overrun) and k.suspended_at is null returning k.id
    loop
      perform note_revocation(p_org, 'virtual_key', v_key);
    end loop;
  end if;

  return query select i, case when i = any(v_written) then 'written'
      when exists (select from events e where e.org_id = p_org and e.id = i) then 'already' else 'unknown' end
    from unnest(v_asked) as i;
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.members_by_id(p_members uuid[])
 RETURNS TABLE(org_id uuid, org_name text, member_id uuid, email text, name text, role text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
  select m.org_id, o.name, m.id, m.email, m.name, m.role
  from members m join organisations o on o.org_id = m.org_id
  where m.id = any(p_members) and m.removed_at is null
  order by o.created_at, m.org_id
$function$
; -- owner meterr_lookup
CREATE OR REPLACE FUNCTION meterr.memberships_of(p_user uuid)
 RETURNS TABLE(org_id uuid, org_name text, member_id uuid, email text, name text, role text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
  select m.org_id, o.name, m.id, m.email, m.name, m.role
  from members m join organisations o on o.org_id = m.org_id
  where m.user_id = p_user and m.removed_at is null
  order by o.created_at, m.org_id
$function$
; -- owner meterr_lookup
CREATE OR REPLACE FUNCTION meterr.note_provider_secret_check(p_org uuid, p_id uuid, p_version integer, p_status text, p_detail text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
begin
  perform set_config('app.tenant_id', p_org::text, true);
  update provider_secrets set status = p_status, status_detail = p_detail, checked_at = now()
  where org_id = p_org and id = p_id and current_version = p_version and revoked_at is null;
  return found;
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.note_revocation(p_org uuid, p_kind text, p_subject uuid)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
declare v_epoch bigint;
begin
  update revocation_epoch set epoch = epoch + 1 returning epoch into v_epoch;
  insert into revocations (org_id, epoch, kind, subject_id) values (p_org, v_epoch, p_kind, p_subject);
  perform pg_notify('meterr_revocations', v_epoch::text);
  return v_epoch;
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.open_admissions(p_gateway uuid, p_age interval)
 RETURNS TABLE(org_id uuid, id uuid)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
  select a.org_id, a.id from admissions a
  where a.gateway_id = p_gateway and a.admitted_at < clock_timestamp() - p_age
$function$
; -- owner meterr_lookup
CREATE OR REPLACE FUNCTION meterr.organisation_price(p_org uuid, p_provider text, p_model text)
 RETURNS TABLE(version text, prices jsonb)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
begin
  perform set_config('app.tenant_id', p_org::text, true);
  return query
    select p.version, p.prices from organisation_prices p
    where p.org_id = p_org and p.provider = p_provider and p.model = p_model
    order by p.created_at desc limit 1;
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.publish_organisation_key(p_org uuid, p_id text, p_public_jwk jsonb, p_signed text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
begin
  perform set_config('app.tenant_id', p_org::text, true);
  -- Not FOR UPDATE: the caller may hold a foreign-key lock on this row while it waits for us.
  perform from organisations where org_id = p_org for no key update;
  if exists (select from organisation_keys where org_id = p_org and id = p_id) then return; end if;
  update organisation_keys set retired_at = now() where org_id = p_org and retired_at is null;
  insert into organisation_keys (org_id, id, public_jwk, signed) values (p_org, p_id, p_public_jwk, p_signed);
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.record_reported_usage(p_events jsonb)
 RETURNS TABLE(id uuid, result text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
declare
  v_org uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
  v_month timestamptz; v_written uuid[]; v_asked uuid[]; v_known uuid[];
begin
  if v_org is null then raise exception 'no tenant is set' using errcode = '42501'; end if;
  if exists (select from jsonb_to_recordset(p_events) as r (occurred_at timestamptz)
      where r.occurred_at is null or r.occurred_at < now() - interval '35 days' or r.occurred_at > now() + interval '5 minutes') then
    raise exception 'usage may be reported for the last 35 days' using errcode = '22007';
  end if;
  for v_month in select distinct date_trunc('month', r.occurred_at, 'UTC')
    from jsonb_to_recordset(p_events) as r (occurred_at timestamptz) order by 1
  loop
    if to_regclass('meterr.events_' || to_char(v_month at time zone 'UTC', 'YYYY_MM')) is null then
      perform ensure_event_partitions(v_month);
    end if;
  end loop;

  v_asked := array(select distinct (e ->> 'id')::uuid from jsonb_array_elements(p_events) e);
  -- One report of an id at a time, so that a second one finds what the first one wrote.
  perform pg_advisory_xact_lock(hashtextextended('meterr.reported.' || i::text, 0)) from (select unnest(v_asked) as i order by 1) x;
  v_known := array(select e.id from events e where e.org_id = v_org and e.id = any(v_asked));

  with asked as (
    select distinct on (r.id) r.* from jsonb_to_recordset(p_events) as r (
      id uuid, occurred_at timestamptz, provider text, endpoint text, model text, virtual_key_id uuid, member_id uuid,
      request_id text, simulated boolean, status integer, stream boolean, duration_ms integer, input bigint,
      cache_read bigint, cache_write_5m bigint, cache_write_1h bigint, output bigint, reasoning bigint, audio_in bigint,
      audio_out bigint, image_in bigint, extra_units jsonb, price_version text, cost_nanousd bigint)
    where not (r.id = any(v_known))
      and (r.virtual_key_id is null or exists (select from virtual_keys k where k.org_id = v_org and k.id = r.virtual_key_id))
    order by r.id
  ), call as (
    select a.id, a.occurred_at, a.provider, a.endpoint, a.model, a.virtual_key_id, a.member_id, a.request_id,
      coalesce(a.simulated, false) as simulated, a.status, coalesce(a.stream, false) as stream, a.duration_ms,
      coalesce(a.input, 0) as input, coalesce(a.cache_read, 0) as cache_read,
      coalesce(a.cache_write_5m, 0) as cache_write_5m, coalesce(a.cache_write_1h, 0) as cache_write_1h,
      coalesce(a.output, 0) as output, coalesce(a.reasoning, 0) as reasoning, coalesce(a.audio_in, 0) as audio_in,
      coalesce(a.audio_out, 0) as audio_out, coalesce(a.image_in, 0) as image_in,
      coalesce(a.extra_units, '{}') as extra_units, a.price_version, a.cost_nanousd
    from asked a
  ), written as (
    insert into events (org_id, id, occurred_at, source, usage_source, outcome, simulated, provider, endpoint,
      model_requested, model_served, virtual_key_id, member_id, request_id, status, stream, duration_ms, input,
      cache_read, cache_write_5m, cache_write_1h, output, reasoning, audio_in, audio_out, image_in, extra_units,
      price_version, cost_nanousd)
    select v_org, c.id, c.occurred_at, 'reported', 'provider', 'settled', c.simulated, c.provider, c.endpoint,
      c.model, c.model, c.virtual_key_id, c.member_id, c.request_id, c.status, c.stream, c.duration_ms, c.input,
      c.cache_read, c.cache_write_5m, c.cache_write_1h, c.output, c.reasoning, c.audio_in, c.audio_out, c.image_in,
      c.extra_units, c.price_version, c.cost_nanousd
    from call c
  ), rolled_up as (
    insert into usage_hourly as h (org_id, hour, simulated, source, provider, model, member_id, virtual_key_id,
      requests, failed, input_tokens, cached_tokens, output_tokens, cost_nanousd)
    select v_org, date_trunc('hour', c.occurred_at, 'UTC'), c.simulated, 'reported', c.provider, c.model,
      coalesce(c.member_id, '00000000-0000-0000-0000-000000000000'),
      coalesce(c.virtual_key_id, '00000000-0000-0000-0000-000000000000'), count(*),
      count(*) filter (where c.status not between 200 and 299),
      sum(c.input + c.audio_in + c.image_in + c.cache_write_5m + c.cache_write_1h), sum(c.cache_read),
      sum(c.output + c.reasoning + c.audio_out), sum(c.cost_nanousd)
    from call c group by 2, 3, 5, 6, 7, 8 order by 2, 3, 5, 6, 7, 8
    on conflict on constraint usage_hourly_pkey do update set requests = h.requests + excluded.requests,
      failed = h.failed + excluded.failed, input_tokens = h.input_tokens + excluded.input_tokens,
      cached_tokens = h.cached_tokens + excluded.cached_tokens,
      output_tokens = h.output_tokens + excluded.output_tokens, cost_nanousd = h.cost_nanousd + excluded.cost_nanousd
  )
  select array_agg(c.id) into v_written from call c;

  return query select i, case when i = any(v_written) then 'written' when i = any(v_known) then 'already'
    else 'virtual_key_unknown' end from unnest(v_asked) as i;
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.remove_budget(p_org uuid, p_scope text, p_scope_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
begin
  delete from budgets where org_id = p_org and scope = p_scope and scope_id = p_scope_id
    and scope in ('organisation', 'member');
  if not found then return false; end if;
  perform note_revocation(p_org, 'policy', p_scope_id);
  return true;
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.remove_member(p_org uuid, p_id uuid)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
declare v_role text;
begin
  -- All owners are locked in order, so two removals cannot both see the other as the remaining owner.
  perform from members where org_id = p_org and role = 'owner' and removed_at is null order by id for update;
  select role into v_role from members where org_id = p_org and id = p_id and removed_at is null for update;
  if not found then return 'not_found'; end if;
  if v_role = 'owner' and (select count(*) from members
      where org_id = p_org and role = 'owner' and removed_at is null) = 1 then
    return 'last_owner';
  end if;
  update members set removed_at = now() where org_id = p_org and id = p_id;
  -- In the order of their ids, as the ledger locks those it suspends.
  perform from virtual_keys where org_id = p_org and member_id = p_id and revoked_at is null order by id for update;
  update virtual_keys set revoked_at = now() where org_id = p_org and member_id = p_id and revoked_at is null;
  update api_tokens set revoked_at = now() where org_id = p_org and member_id = p_id and revoked_at is null;
  perform note_revocation(p_org, 'member', p_id);
  return 'removed';
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.revocations_since(p_epoch bigint)
 RETURNS TABLE(epoch bigint, org_id uuid, kind text, subject_id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
  select r.epoch, r.org_id, r.kind, r.subject_id from revocations r where r.epoch > p_epoch order by r.epoch
$function$
; -- owner meterr_lookup
CREATE OR REPLACE FUNCTION meterr.revoke_api_token(p_org uuid, p_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
begin
  update api_tokens set revoked_at = now() where org_id = p_org and id = p_id and revoked_at is null;
  if not found then return false; end if;
  update api_tokens set revoked_at = now() where org_id = p_org and minted_by = p_id and revoked_at is null;
  perform note_revocation(p_org, 'api_token', p_id);
  return true;
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.revoke_provider_secret(p_org uuid, p_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
begin
  update provider_secrets set revoked_at = now() where org_id = p_org and id = p_id and revoked_at is null;
  if not found then return false; end if;
  delete from provider_secret_versions where org_id = p_org and provider_secret_id = p_id;
  perform note_revocation(p_org, 'provider_secret', p_id);
  return true;
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.revoke_virtual_key(p_org uuid, p_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
begin
  update virtual_keys set revoked_at = now() where org_id = p_org and id = p_id and revoked_at is null;
  if not found then return false; end if;
  perform note_revocation(p_org, 'virtual_key', p_id);
  return true;
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.rotate_provider_secret(p_org uuid, p_id uuid, p_version integer, p_hint text, p_organisation_key text, p_sealed text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
begin
  update provider_secrets
  set current_version = p_version, hint = p_hint, status = 'unverified', status_detail = null, checked_at = null
  where org_id = p_org and id = p_id and revoked_at is null and current_version = p_version - 1;
  if not found then return false; end if;
  insert into provider_secret_versions (org_id, provider_secret_id, version, organisation_key_id, sealed)
  values (p_org, p_id, p_version, p_organisation_key, p_sealed);
  perform note_revocation(p_org, 'policy', p_id);
  perform pg_notify('meterr_provider_secrets', p_org::text || ':' || p_id::text);
  return true;
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.sealed_provider_secret(p_org uuid, p_id uuid, p_version integer)
 RETURNS TABLE(provider text, destination text, simulated boolean, organisation_key_id text, sealed text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
begin
  perform set_config('app.tenant_id', p_org::text, true);
  return query
    select s.provider, s.destination, s.simulated, v.organisation_key_id, v.sealed
    from provider_secrets s
    join provider_secret_versions v on v.org_id = s.org_id and v.provider_secret_id = s.id
    where s.org_id = p_org and s.id = p_id and v.version = p_version and s.revoked_at is null;
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.start_gateway(p_id uuid, p_slot text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
begin
  insert into gateways (id, slot) values (p_id, p_slot);
  perform ensure_event_partitions();
end $function$
; -- owner meterr_owner
CREATE OR REPLACE FUNCTION meterr.unverified_provider_secrets(p_limit integer)
 RETURNS TABLE(org_id uuid, id uuid, version integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'meterr', 'pg_temp'
AS $function$
  select s.org_id, s.id, s.current_version from provider_secrets s
  where s.status = 'unverified' and s.revoked_at is null and (s.checked_at is null
    or s.checked_at + greatest(interval '5 seconds', least(interval '10 minutes', s.checked_at - s.created_at)) <= now())
  order by s.checked_at nulls first, s.created_at limit p_limit
$function$
; -- owner meterr_lookup

-- grants
grant delete, insert, select, update on auth."twoFactor" to meterr_identity;
grant delete, insert, select, update on auth."user" to meterr_identity;
grant delete, insert, select, update on auth.account to meterr_identity;
grant delete, insert, select, update on auth.jwks to meterr_identity;
grant delete, insert, select, update on auth.session to meterr_identity;
grant delete, insert, select, update on auth.sign_in_attempts to meterr_identity;
grant delete, insert, select, update on auth.verification to meterr_identity;
grant execute on function meterr.accept_invitation(uuid,bytea,uuid,uuid,text) to meterr_dashboard;
grant execute on function meterr.add_provider_secret(uuid,uuid,text,text,text,boolean,text,uuid,text,text) to meterr_dashboard;
grant select (org_id, id, admitted_at, gateway_id) on meterr.admissions to meterr_lookup;
grant insert (org_id, id, member_id, name, hash, display, minted_by, expires_at) on meterr.api_tokens to meterr_dashboard;
grant select (org_id, id, member_id, name, display, created_at, minted_by, expires_at, revoked_at) on meterr.api_tokens to meterr_dashboard;
grant select (org_id, id, member_id, name, hash, minted_by, expires_at, revoked_at) on meterr.api_tokens to meterr_lookup;
grant insert (org_id, id, scope, scope_id, limit_nanousd) on meterr.budgets to meterr_dashboard;
grant select (org_id, scope, scope_id) on meterr.budgets to meterr_lookup;
grant select on meterr.budgets to meterr_dashboard;
grant update (limit_nanousd) on meterr.budgets to meterr_dashboard;
grant execute on function meterr.change_member_role(uuid,uuid,text) to meterr_dashboard;
grant execute on function meterr.claim_setup(bytea) to meterr_dashboard;
grant execute on function meterr.complete_setup(bytea,uuid,text,uuid,uuid,text,text) to meterr_dashboard;
grant execute on function meterr.current_organisation_key(uuid) to meterr_gateway;
grant execute on function meterr.current_revocation_epoch() to meterr_gateway;
grant execute on function meterr.ensure_event_partitions(timestamp with time zone) to meterr_gateway;
grant select on meterr.events to meterr_dashboard;
grant execute on function meterr.find_api_token(bytea) to meterr_dashboard;
grant execute on function meterr.find_invitation(bytea) to meterr_dashboard;
grant execute on function meterr.find_virtual_key(bytea) to meterr_gateway;
grant execute on function meterr.forget_idempotency_keys() to meterr_dashboard;
grant execute on function meterr.gateway_lock(uuid) to meterr_gateway;
grant execute on function meterr.gateway_lock(uuid) to meterr_lookup;
grant select on meterr.gateways to meterr_gateway;
grant select on meterr.gateways to meterr_lookup;
grant update (heartbeat_at, stopped_at) on meterr.gateways to meterr_gateway;
grant execute on function meterr.gateways_to_recover(uuid,interval) to meterr_gateway;
grant delete, insert, select on meterr.idempotency_keys to meterr_dashboard;
grant delete, select on meterr.idempotency_keys to meterr_lookup;
grant select (singleton, id, kek_canary, setup_completed_at) on meterr.instance to meterr_gateway;
grant select (singleton, id, setup_completed_at) on meterr.instance to meterr_dashboard;
grant insert (org_id, id, email, name, role, hash, invited_by, expires_at) on meterr.invitations to meterr_dashboard;
grant select (org_id, id, email, name, role, hash, invited_by, expires_at, accepted_at, revoked_at) on meterr.invitations to meterr_lookup;
grant select (org_id, id, email, name, role, invited_by, created_at, expires_at, accepted_at, revoked_at) on meterr.invitations to meterr_dashboard;
grant update (revoked_at) on meterr.invitations to meterr_dashboard;
grant execute on function meterr.ledger_admit(uuid,uuid,uuid,uuid,uuid,text,text,text,boolean,boolean,text,text,numeric,numeric,bigint,boolean) to meterr_gateway;
grant execute on function meterr.ledger_admit_together(uuid,uuid,jsonb) to meterr_gateway;
grant execute on function meterr.ledger_expire(uuid,uuid) to meterr_gateway;
grant execute on function meterr.ledger_note_refusals(uuid,jsonb) to meterr_gateway;
grant execute on function meterr.ledger_settle(uuid,jsonb) to meterr_gateway;
grant select on meterr.members to meterr_dashboard;
grant select on meterr.members to meterr_lookup;
grant update (name) on meterr.members to meterr_dashboard;
grant execute on function meterr.members_by_id(uuid[]) to meterr_dashboard;
grant execute on function meterr.memberships_of(uuid) to meterr_dashboard;
grant execute on function meterr.note_provider_secret_check(uuid,uuid,integer,text,text) to meterr_gateway;
grant execute on function meterr.note_revocation(uuid,text,uuid) to meterr_dashboard;
grant execute on function meterr.note_revocation(uuid,text,uuid) to meterr_gateway;
grant execute on function meterr.open_admissions(uuid,interval) to meterr_gateway;
grant select on meterr.organisation_keys to meterr_dashboard;
grant execute on function meterr.organisation_price(uuid,text,text) to meterr_gateway;
grant insert, select on meterr.organisation_prices to meterr_dashboard;
grant select on meterr.organisations to meterr_dashboard;
grant select on meterr.organisations to meterr_lookup;
grant insert, select on meterr.price_versions to meterr_gateway;
grant select on meterr.price_versions to meterr_dashboard;
grant select (org_id, id, provider, destination, simulated, status, checked_at, current_version, created_at, revoked_at) on meterr.provider_secrets to meterr_lookup;
grant select on meterr.provider_secrets to meterr_dashboard;
grant execute on function meterr.publish_organisation_key(uuid,text,jsonb,text) to meterr_gateway;
grant execute on function meterr.record_reported_usage(jsonb) to meterr_dashboard;
grant select on meterr.refusals to meterr_dashboard;
grant execute on function meterr.remove_budget(uuid,text,uuid) to meterr_dashboard;
grant execute on function meterr.remove_member(uuid,uuid) to meterr_dashboard;
grant select on meterr.revocation_epoch to meterr_lookup;
grant select on meterr.revocations to meterr_lookup;
grant execute on function meterr.revocations_since(bigint) to meterr_gateway;
grant execute on function meterr.revoke_api_token(uuid,uuid) to meterr_dashboard;
grant execute on function meterr.revoke_provider_secret(uuid,uuid) to meterr_dashboard;
grant execute on function meterr.revoke_virtual_key(uuid,uuid) to meterr_dashboard;
grant execute on function meterr.rotate_provider_secret(uuid,uuid,integer,text,text,text) to meterr_dashboard;
grant execute on function meterr.sealed_provider_secret(uuid,uuid,integer) to meterr_gateway;
grant execute on function meterr.start_gateway(uuid,text) to meterr_gateway;
grant execute on function meterr.unverified_provider_secrets(integer) to meterr_gateway;
grant select on meterr.usage_hourly to meterr_dashboard;
grant insert, select on meterr.virtual_key_providers to meterr_dashboard;
grant select on meterr.virtual_key_providers to meterr_lookup;
grant insert (org_id, id, name, mode, hash, display, member_id, created_by, allowed_models, allowed_origins, expires_at) on meterr.virtual_keys to meterr_dashboard;
grant select (org_id, id, name, mode, display, member_id, created_by, allowed_models, allowed_origins, created_at, expires_at, revoked_at, suspended_at, suspended_reason) on meterr.virtual_keys to meterr_dashboard;
grant select on meterr.virtual_keys to meterr_lookup;
