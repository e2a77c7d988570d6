export { createMembers } from "./create-members.ts";
export type { MembersOptions } from "./create-members.ts";
export { findApiToken } from "./find-api-token.ts";
export { membershipsOf } from "./memberships-of.ts";
export type { Users } from "./ports.ts";
export { passwordRecorder } from "./record-password.ts";
export type { PasswordEvent, PasswordRecorderParts } from "./record-password.ts";
