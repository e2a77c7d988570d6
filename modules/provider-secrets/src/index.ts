export { createProviderSecrets } from "./create-provider-secrets.ts";
export type { ProviderSecretsOptions } from "./create-provider-secrets.ts";
export type { DestinationPolicy, OrganisationKeys, Provider } from "./ports.ts";
export { PROVIDER_CALL } from "./purpose.ts";
