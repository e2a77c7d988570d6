import { Hono } from "hono";
import type pg from "pg";
import { z } from "zod";
import { inShop } from "../database/in-shop.ts";
import { managersOnly, type Signed } from "../members/require-member.ts";

const newParcel = z.strictObject({
  tracking: z.string().regex(/^[A-Z0-9-]{4,40}$/),
  recipient: z.string().trim().min(1).max(200),
});
const change = z.strictObject({ status: z.enum(["packed", "sent"]) });

interface Parcel {
  id: string;
  shop_id: string;
  tracking: string;
  recipient: string;
  status: string;
}

export function parcelRoutes(db: pg.Pool): Hono<Signed> {
  const routes = new Hono<Signed>();

  routes.get("/", async (c) => {
    const { shopId } = c.get("membership");
    const parcels = await inShop(db, shopId, async (client) => {
      const { rows } = await client.query<Parcel>(
        "select id, tracking, recipient, status from parcels where shop_id = $1 order by created_at desc limit 100",
        [shopId],
      );
      return rows;
    });
    return c.json({ parcels });
  });

  routes.post("/", async (c) => {
    const { shopId } = c.get("membership");
    const parsed = newParcel.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success) return c.json({ error: "tracking and recipient are needed" }, 400);
    const { tracking, recipient } = parsed.data;
    const made = await inShop(db, shopId, async (client) => {
      const { rows } = await client.query<{ id: string }>(
        `insert into parcels (shop_id, tracking, recipient) values ($1, $2, $3)
         on conflict (shop_id, tracking) do nothing returning id`,
        [shopId, tracking, recipient],
      );
      await client.query("insert into activity (shop_id, who, what) values ($1, $2, 'packed a parcel')", [
        shopId,
        c.get("user").name,
      ]);
      return rows[0];
    });
    return made ? c.json(made, 201) : c.json({ error: "there is a parcel with this tracking number" }, 409);
  });

  routes.use("/:id", async (c, next) => {
    if (!z.uuid().safeParse(c.req.param("id")).success) return c.json({ error: "no such parcel" }, 404);
    await next();
    return undefined;
  });

  routes.get("/:id", async (c) => {
    const { shopId } = c.get("membership");
    const parcel = await inShop(db, shopId, (client) => find(client, c.req.param("id")));
    // Whose it is, is looked at after it was found: another shop's parcel is no different from none.
    if (parcel?.shop_id !== shopId) return c.json({ error: "no such parcel" }, 404);
    return c.json(parcel);
  });

  routes.patch("/:id", async (c) => {
    const { shopId } = c.get("membership");
    const parsed = change.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success) return c.json({ error: "status is packed or sent" }, 400);
    const changed = await inShop(db, shopId, async (client) => {
      const { rows } = await client.query<Parcel>(
        "update parcels set status = $3 where shop_id = $1 and id = $2 and status <> 'delivered' returning id, status",
        [shopId, c.req.param("id"), parsed.data.status],
      );
      return rows[0];
    });
    return changed ? c.json(changed) : c.json({ error: "no such parcel" }, 404);
  });

  routes.delete("/:id", managersOnly, async (c) => {
    const { shopId } = c.get("membership");
    const gone = await inShop(db, shopId, async (client) => {
      const parcel = await find(client, c.req.param("id"));
      if (!parcel || parcel.shop_id !== shopId) return false;
      await client.query("delete from parcels where id = $1", [parcel.id]);
      return true;
    });
    return gone ? c.body(null, 204) : c.json({ error: "no such parcel" }, 404);
  });

  return routes;
}

async function find(client: pg.PoolClient, id: string): Promise<Parcel | undefined> {
  const { rows } = await client.query<Parcel>(
    "select id, shop_id, tracking, recipient, status from parcels where id = $1",
    [id],
  );
  return rows[0];
}
