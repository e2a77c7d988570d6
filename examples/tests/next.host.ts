// Not a *.test.ts: the host must have been built, which takes longer than all of `npm test` may. See `npm run test:hosts`.
import { after, before, describe } from "node:test";
import { attackModules } from "./next/attack-modules.ts";
import { attackProduct } from "./next/attack-product.ts";
import { billsWorld, type BillsWorld } from "./next/world.ts";
import { MOUNTED } from "./support/host-folder.ts";

describe("Bills, a Next.js host", () => {
  let world: BillsWorld | undefined;
  before(async () => {
    world = await billsWorld();
  });
  after(() => world?.close());
  const inside = (): BillsWorld => {
    if (world === undefined) throw new Error("Bills did not start");
    return world;
  };
  attackProduct(inside);
  if (MOUNTED) attackModules(inside);
});
