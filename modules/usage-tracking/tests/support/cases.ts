import type { Caller } from "@meterr/database/testing";
import { USAGE, type World } from "./world.ts";

/** A fresh request for each route that passes every gate for whoever is allowed. */
export const CASES: Readonly<Record<string, (world: World, as: Caller) => Promise<Request>>> = {
  [`GET ${USAGE}/events`]: async (world, as) => world.request("GET", `${USAGE}/events`, { as }),
  [`GET ${USAGE}/refusals`]: async (world, as) => world.request("GET", `${USAGE}/refusals`, { as }),
  [`GET ${USAGE}/summary`]: async (world, as) => world.request("GET", `${USAGE}/summary`, { as }),
  [`POST ${USAGE}`]: async (world, as) =>
    world.request("POST", USAGE, {
      as,
      body: { provider: "openai", model: "gpt-4o-mini", usage: { input: 1000, output: 10 } },
    }),
};
