import { expressHandler, mount } from "@meterr/runtime";
import pg from "pg";
import { createAuditLog } from "#modules/audit-log/esm/index.js";
import { createStripeEntitlements } from "#modules/stripe-entitlements/esm/index.js";
import type { Extension, Parts } from "../extension.ts";
import { deskHost } from "./host.ts";
import { deskSession } from "./desk-session.ts";
import { headSigner } from "./head-signer.ts";
import { ticketExport } from "./ticket-export/export-tickets.ts";

/** The audit log, Stripe's webhook with its entitlements, and Desk's own export that asks for both. */
export const mountKeys: Extension = (app, { db, origin, env }) => {
  const host = deskHost(db, origin);
  const auth = deskSession(db);
  const signer = headSigner({
    db: new pg.Pool({ connectionString: required(env, "SIGNER_DATABASE_URL"), max: 2 }).on("error", () => undefined),
    folder: required(env, "AUDIT_HEADS_FOLDER"),
    secret: required(env, "AUDIT_HEAD_SECRET"),
  });
  const auditLog = createAuditLog({
    host,
    auth,
    authorize: ({ tenant }) => tenant.role === "lead",
    ...signer,
  });
  const { STRIPE_ORIGIN } = env;
  const stripe = createStripeEntitlements({
    host,
    lookup: { query: async <Row>(text: string, values: readonly unknown[] = []) => lookUp<Row>(db, text, values) },
    env,
    ...(STRIPE_ORIGIN === undefined ? {} : { origin: STRIPE_ORIGIN }),
  });
  const exporting = ticketExport(host, auth, stripe.require("export"));

  const routes = [auditLog, stripe.module, exporting].flatMap((module) => module.routes);
  app.use(
    "/api/v1",
    expressHandler(mount(routes), {
      maxBodyBytes: 1_048_576,
      hosts: [new URL(origin).host],
      report: () => process.stderr.write("desk: a KEY could not answer\n"),
    }),
  );
};

async function lookUp<Row>(db: Parts["db"], text: string, values: readonly unknown[]) {
  // sql-not-constant: the module asks one constant question
  const { rows, rowCount } = await db.query(text, [...values]);
  return { rows: rows as Row[], rowCount };
}

function required(env: Parts["env"], name: string): string {
  const value = env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set`);
  return value;
}
