import pg from "pg";
import { createApp } from "./app.ts";
import { extensions } from "./extensions.ts";

const { DATABASE_URL, PORT = "3001", ORIGIN = `http://127.0.0.1:${PORT}` } = process.env;
if (DATABASE_URL === undefined) throw new Error("DATABASE_URL is not set");

const db = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
// An idle connection that is lost is replaced by the next query.
db.on("error", () => undefined);
const server = createApp({ db, origin: ORIGIN, env: process.env }, extensions).listen(Number(PORT), "127.0.0.1", () => {
  process.stdout.write(`Desk listens on ${ORIGIN}\n`);
});
process.once("SIGTERM", () => {
  server.close(() => void db.end());
  server.closeIdleConnections();
});
