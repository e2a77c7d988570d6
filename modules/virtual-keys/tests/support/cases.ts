import type { Caller } from "@meterr/database/testing";
import { KEYS, type World } from "./world.ts";

/** A fresh request for each route that passes every gate for whoever is allowed; what it acts on is made first. */
export const CASES: Readonly<Record<string, (world: World, as: Caller) => Promise<Request>>> = {
  [`GET ${KEYS}`]: async (world, as) => world.request("GET", KEYS, { as }),
  [`POST ${KEYS}`]: async (world, as) => world.request("POST", KEYS, { as, body: { name: "app", mode: "test" } }),
  [`GET ${KEYS}/:id`]: async (world, as) => world.request("GET", `${KEYS}/${await own(world, as)}`, { as }),
  [`PATCH ${KEYS}/:id`]: async (world, as) =>
    world.request("PATCH", `${KEYS}/${await own(world, as)}`, { as, body: { limit_usd: "1.5" } }),
  [`DELETE ${KEYS}/:id`]: async (world, as) => world.request("DELETE", `${KEYS}/${await own(world, as)}`, { as }),
};

/** A virtual key of the caller themselves, minted by the owner where the caller may not. */
async function own(world: World, as: Caller): Promise<string> {
  const owner: Caller = { org: as.org, role: "owner" };
  return (await world.mintOne(owner, { member_id: as.org.members[as.role].id })).id;
}
