import { after, before, describe } from "node:test";
import { attackModules } from "./hono/attack-modules.ts";
import { attackProduct } from "./hono/attack-product.ts";
import { parcelsWorld, type ParcelsWorld } from "./hono/world.ts";
import { MOUNTED } from "./support/host-folder.ts";

describe("Parcels, a Hono host", () => {
  let world: ParcelsWorld | undefined;
  before(async () => {
    world = await parcelsWorld();
  });
  after(() => world?.close());
  const inside = (): ParcelsWorld => {
    if (world === undefined) throw new Error("Parcels did not start");
    return world;
  };
  attackProduct(inside);
  if (MOUNTED) attackModules(inside);
});
