import express, { type ErrorRequestHandler, type Express } from "express";
import type { Extension, Parts } from "./extension.ts";
import { workspaceRouter } from "./members/workspace-router.ts";
import { requireSession } from "./sessions/require-session.ts";
import { sameOrigin } from "./sessions/same-origin.ts";
import { signInRouter } from "./sessions/sign-in.ts";
import { directRouter } from "./tickets/direct-router.ts";
import { ticketRouter } from "./tickets/ticket-router.ts";

export function createApp(parts: Parts, extensions: readonly Extension[]): Express {
  const { db, origin } = parts;
  const app = express();
  app.disable("x-powered-by");
  app.get("/healthz", (_request, response) => void response.json({ status: "ok" }));
  for (const extend of extensions) extend(app, parts);

  app.use(sameOrigin(origin));
  app.use(express.json({ limit: "32kb" }));
  app.use(signInRouter(db));
  app.use("/w/:workspace", requireSession(db), workspaceOf(db));
  app.use("/tickets", requireSession(db), directRouter(db));
  app.use((_request, response) => void response.status(404).json({ error: "not found" }));
  app.use(onError);
  return app;
}

function workspaceOf(db: Parts["db"]) {
  return workspaceRouter(db).use("/tickets", ticketRouter(db));
}

/** The client learns that it failed, and whose fault it was; the rest is for the log. */
const onError: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  const status = statusOf(error);
  if (status >= 500) process.stderr.write(`desk: ${error instanceof Error ? error.stack : "unknown failure"}\n`);
  response.status(status).json({ error: status >= 500 ? "internal error" : "bad request" });
};

function statusOf(error: unknown): number {
  const { status } = error as { status?: unknown };
  return typeof status === "number" && status >= 400 && status < 500 ? status : 500;
}
