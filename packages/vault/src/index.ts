export { MAX_SECRET_BYTES, Secret } from "./secret.ts";
export { maskSecret } from "./mask-secret.ts";
export { VaultError } from "./vault-error.ts";
export type { VaultErrorCode } from "./vault-error.ts";

export type { Binding, ExpectedBinding } from "./binding.ts";
export { seal } from "./seal.ts";
export { open, openSealed } from "./open.ts";
export type { Opened } from "./open.ts";

export { createKek, parseKek } from "./kek.ts";
export type { Kek } from "./kek.ts";
export { createCanary, verifyCanary } from "./canary.ts";
export { rewrapKeystore } from "./rewrap-keystore.ts";

export type { Keystore, KeystoreOwner } from "./keystore/keystore.ts";
export { createFileKeystore, openFileKeystore } from "./keystore/file-keystore.ts";
export { memoryKeystore } from "./keystore/memory-keystore.ts";

export { createInstanceSigner, openInstanceSigner } from "./instance-signer.ts";
export type { Signer } from "./jws/signer.ts";
export { Verifier } from "./jws/verifier.ts";
export type { Ed25519PublicJwk } from "./jws/verifier.ts";

export { organisationKeyring } from "./organisation-keyring.ts";
export type { OrganisationKeyring, PublishedKey } from "./organisation-keyring.ts";
export { signOrganisationKey } from "./organisation-key/sign-organisation-key.ts";
export { verifyOrganisationKey } from "./organisation-key/verify-organisation-key.ts";
export type { SealingKey } from "./organisation-key/sealing-key.ts";
export type { OpeningKey } from "./organisation-key/opening-key.ts";
export type { X25519PublicJwk } from "./organisation-key/public-jwk.ts";

export { signHead } from "./audit-head/sign-head.ts";
export { verifyHead } from "./audit-head/verify-head.ts";
export type { AuditHead } from "./audit-head/audit-head.ts";
export { createToken, hashToken, parseToken } from "./token-format.ts";
export type { CreatedToken, RandomBytes, TokenKind } from "./token-format.ts";
