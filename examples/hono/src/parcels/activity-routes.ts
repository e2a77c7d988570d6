import { Hono } from "hono";
import type pg from "pg";
import { inShop } from "../database/in-shop.ts";
import type { Signed } from "../members/require-member.ts";

export function activityRoutes(db: pg.Pool): Hono<Signed> {
  return new Hono<Signed>().get("/", async (c) => {
    const { role, shopId } = c.get("membership");
    if (role === "clerk") return c.json({ error: "for managers only" }, 403);
    const { rows } = await inShop(db, shopId, (client) =>
      client.query("select who, what, at from activity where shop_id = $1 order by id desc limit 100", [shopId]),
    );
    return c.json({ activity: rows });
  });
}
