import { randomBytes, randomUUID } from "node:crypto";
import {
  type Answer,
  type Ask,
  type Caller,
  openTestHost,
  type OrganisationFixture,
  type TestHost,
} from "@meterr/database/testing";
import { mount, type Mounted } from "@meterr/runtime";
import { createVirtualKeys } from "../../src/index.ts";

export const KEYS = "/api/v1/virtual-keys";

export interface World extends TestHost {
  readonly routes: Mounted;
  call(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** Mints one over the route and answers it, the key included. */
  mintOne(as?: Caller, more?: Record<string, unknown>): Promise<{ id: string; key: string; member_id: string }>;
  /** A provider secret in force, arranged in the database; what is sealed in it does not matter here. */
  addSecret(org: OrganisationFixture, provider: string, options?: { simulated?: boolean }): Promise<string>;
}

export async function openWorld(sandboxAvailable = true): Promise<World> {
  const base = await openTestHost();
  const module = createVirtualKeys({
    host: base.host,
    auth: base.auth,
    newId: randomUUID,
    randomBytes,
    sandboxAvailable,
  });
  const world: World = Object.assign(base, {
    routes: mount(module.routes),
    call: (method: string, path: string, ask?: Ask) => base.send(world.routes, base.request(method, path, ask)),
    async mintOne(as: Caller = { org: base.one, role: "owner" }, more: Record<string, unknown> = {}) {
      const answer = await world.call("POST", KEYS, { as, body: { name: "minted", mode: "test", ...more } });
      if (answer.status !== 201) throw new Error(`minting answered ${answer.status} ${answer.text}`);
      return answer.body;
    },
    async addSecret(org: OrganisationFixture, provider: string, options: { simulated?: boolean } = {}) {
      const id = randomUUID();
      await org.arrange((sql) =>
        sql.query(
          `insert into provider_secrets (org_id, id, provider, name, destination, simulated, hint, created_by)
           values ($1, $2, $3, $4, 'https://api.example.test', $5, '****', $6)`,
          [org.orgId, id, provider, `secret ${id}`, options.simulated ?? false, org.members.owner.id],
        ),
      );
      return id;
    },
  });
  return world;
}
