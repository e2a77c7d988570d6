export { authenticatorForTest } from "./authenticator-for-test.ts";
export type { TestAuthenticator, TestPerson } from "./authenticator-for-test.ts";
export { FAULTS, fakeHost } from "./fake-host.ts";
export type { FakeHost, FakeHostOptions, Fault, QueryAnswer, Statement } from "./fake-host.ts";
export { manifestForTest } from "./manifest-for-test.ts";
export { tenantForTest } from "./tenant-for-test.ts";
export type { TestTenant } from "./tenant-for-test.ts";
