import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** The folder that holds `.next`. */
const DASHBOARD = fileURLToPath(new URL("../..", import.meta.url));

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

export interface Pages {
  readonly listener: Listener;
  close(): Promise<void>;
}

/** As much of the framework's custom server as is used. Its own types describe a browser too, which is not here. */
type CreatePages = (options: { dev: false; dir: string; quiet: true; hostname: string; port: number }) => {
  prepare(): Promise<void>;
  getRequestHandler(): Listener;
  close(): Promise<void>;
};

/** Starts the built pages inside this process. Rejects when they have not been built. */
export async function startPages(address: { hostname: string; port: number }): Promise<Pages> {
  // The framework chooses its own production build by it, while it loads.
  Object.assign(process.env, { NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" });
  const create: CreatePages = createRequire(import.meta.url)("next");
  const app = create({ dev: false, dir: DASHBOARD, quiet: true, ...address });
  await app.prepare();
  const listener = app.getRequestHandler();
  return { listener, close: () => app.close() };
}
