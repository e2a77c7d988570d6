export { createGithubSecretScanning } from "./create-github-secret-scanning.ts";
export type { GithubSecretScanningModuleOptions } from "./create-github-secret-scanning.ts";
export type { LeakedToken, LeakLocation, Revocation, RevokeLeaked } from "./leaked-token.ts";
