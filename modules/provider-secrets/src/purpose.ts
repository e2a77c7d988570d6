/** Sealed into every provider secret: what it may be opened for. */
export const PROVIDER_CALL = "provider-call";
