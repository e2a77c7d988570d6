import { after, before, describe } from "node:test";
import { attackModules } from "./express/attack-modules.ts";
import { attackProduct } from "./express/attack-product.ts";
import { deskWorld, type DeskWorld } from "./express/world.ts";
import { MOUNTED } from "./support/host-folder.ts";

describe("Desk, an Express host", () => {
  let world: DeskWorld | undefined;
  before(async () => {
    world = await deskWorld();
  });
  after(() => world?.close());
  const inside = (): DeskWorld => {
    if (world === undefined) throw new Error("Desk did not start");
    return world;
  };
  attackProduct(inside);
  if (MOUNTED) attackModules(inside);
});
