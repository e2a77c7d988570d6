export type { MemberFixture, MemberRole, OrganisationFixture, VirtualKeyOptions } from "./create-organisation.ts";
export { freePorts } from "./free-ports.ts";
export { openTestHost, ORIGIN, ROLES } from "./module-host.ts";
export type { Answer, Ask, Caller, TestHost } from "./module-host.ts";
export { testModulePromises } from "./module-promises.ts";
export type { ModulePromises, MountedModule } from "./module-promises.ts";
export { testDatabase } from "./test-database.ts";
export type { TestDatabase, TestDatabaseOptions } from "./test-database.ts";
export { testServer } from "./test-server.ts";
