import { getCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import type pg from "pg";
import { COOKIE, findUser, type Membership, type User } from "./find-user.ts";

export interface Signed {
  Variables: { user: User; membership: Membership };
}

/** A session, and the shop it acts for: the only one there is, or the one that `x-shop-id` chooses among them. */
export function requireMember(db: pg.Pool) {
  return createMiddleware<Signed>(async (c, next) => {
    const token = getCookie(c, COOKIE);
    const user = token ? await findUser(db, token) : null;
    if (!user) return c.json({ error: "sign in first" }, 401);

    const wanted = c.req.header("x-shop-id");
    const mine = wanted === undefined ? user.memberships : user.memberships.filter((one) => one.shopId === wanted);
    const [membership, another] = mine;
    if (!membership) return c.json({ error: "not a shop of yours" }, 403);
    if (another) return c.json({ error: "say which shop in x-shop-id" }, 400);

    c.set("user", user);
    c.set("membership", membership);
    await next();
    return undefined;
  });
}

export const managersOnly = createMiddleware<Signed>(async (c, next) => {
  if (c.get("membership").role !== "manager") return c.json({ error: "for managers only" }, 403);
  await next();
  return undefined;
});
