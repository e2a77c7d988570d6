export type { MemberFixture, MemberRole, OrganisationFixture, VirtualKeyOptions } from "./create-organisation.ts";
export { freePorts } from "./free-ports.ts";
export { testDatabase } from "./test-database.ts";
export type { TestDatabase, TestDatabaseOptions } from "./test-database.ts";
export { testServer } from "./test-server.ts";
