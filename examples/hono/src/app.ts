import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { csrf } from "hono/csrf";
import { HTTPException } from "hono/http-exception";
import type { Extension, Parts } from "./extension.ts";
import { requireMember } from "./members/require-member.ts";
import { activityRoutes } from "./parcels/activity-routes.ts";
import { parcelRoutes } from "./parcels/parcel-routes.ts";

const MAX_BODY_BYTES = 32 * 1024;

export function createApp(parts: Parts, extensions: readonly Extension[]): Hono {
  const { db, origin } = parts;
  const app = new Hono();
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  for (const extend of extensions) extend(app, parts);

  app.use(csrf({ origin }));
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES }));
  app.use("/parcels/*", requireMember(db));
  app.route("/parcels", parcelRoutes(db));
  app.use("/activity", requireMember(db));
  app.route("/activity", activityRoutes(db));
  app.onError((error, c) => {
    if (error instanceof HTTPException) return c.json({ error: "refused" }, error.status);
    process.stderr.write(`parcels: ${error.stack ?? error.name}\n`);
    return c.json({ error: "internal error" }, 500);
  });
  return app;
}
