import { nameForTest, secretForTest, SECRETS, type World } from "./world.ts";
import type { Caller } from "@meterr/database/testing";

/** A fresh request for each route that passes every gate for whoever is allowed; what it acts on is made first. */
export const CASES: Readonly<Record<string, (world: World, as: Caller) => Promise<Request>>> = {
  [`GET ${SECRETS}`]: async (world, as) => world.request("GET", SECRETS, { as }),
  [`POST ${SECRETS}`]: async (world, as) =>
    world.request("POST", SECRETS, { as, body: { provider: "openai", name: nameForTest(), secret: secretForTest() } }),
  [`GET ${SECRETS}/:id`]: async (world, as) => world.request("GET", `${SECRETS}/${await fresh(world, as)}`, { as }),
  [`DELETE ${SECRETS}/:id`]: async (world, as) =>
    world.request("DELETE", `${SECRETS}/${await fresh(world, as)}`, { as }),
  [`POST ${SECRETS}/:id/versions`]: async (world, as) =>
    world.request("POST", `${SECRETS}/${await fresh(world, as)}/versions`, { as, body: { secret: secretForTest() } }),
};

async function fresh(world: World, as: Caller): Promise<string> {
  return (await world.sealOne({ org: as.org, role: "owner" })).id;
}
