import { readFileSync } from "node:fs";
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import { NODE_SERVER_LIMITS, nodeListener } from "@meterr/runtime";
import type { Logger } from "pino";
import { composeDashboard, type Dashboard } from "./compose-dashboard.ts";
import { describeFailure } from "./log.ts";
import type { DashboardSettings } from "./settings.ts";

export interface RunningDashboard {
  readonly port: number;
  stop(): Promise<void>;
}

/** The largest body any route takes is far below; this bounds what reaches a route at all. Bytes. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Starts listening once everything it serves is wired. */
export async function serve(settings: DashboardSettings, log: Logger): Promise<RunningDashboard> {
  const dashboard = await composeDashboard(settings, log, () => undefined);
  const api = nodeListener((request) => answer(dashboard, request), {
    maxBodyBytes: MAX_BODY_BYTES,
    hosts: hostsOf(settings),
    scheme: new URL(settings.publicUrl).protocol === "https:" ? "https" : "http",
    report: (error) => log.error(describeFailure(error), "request failed"),
  });
  const server = createServer(settings, api);
  await listen(server, settings);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : settings.port;
  log.info({ port }, "dashboard listening");
  return {
    port,
    async stop() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), settings.shutdownTimeout);
      await closed;
      clearTimeout(timer);
      await dashboard.close();
      log.info("dashboard stopped");
    },
  };
}

async function answer(dashboard: Dashboard, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/healthz") return health(dashboard);
  if (pathname.startsWith("/api/auth/")) return dashboard.identity.handler(request);
  return dashboard.api(request);
}

async function health(dashboard: Dashboard): Promise<Response> {
  const healthy = await dashboard.ready().then(
    () => true,
    () => false,
  );
  return Response.json({ status: healthy ? "ok" : "database unavailable" }, { status: healthy ? 200 : 503 });
}

/** Every way a browser may write the names this listener answers to. */
function hostsOf(settings: DashboardSettings): string[] {
  const names = settings.allowedHosts.flatMap((host) => [host, `${host}:${settings.port}`]);
  return [...new Set([...names, new URL(settings.publicUrl).host])];
}

function createServer(
  settings: DashboardSettings,
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  if (settings.tls === null) return createHttp(NODE_SERVER_LIMITS, onRequest);
  return createHttps(
    {
      ...NODE_SERVER_LIMITS,
      cert: readFileSync(settings.tls.certFile),
      key: readFileSync(settings.tls.keyFile),
      minVersion: "TLSv1.2",
    },
    onRequest,
  );
}

async function listen(server: Server, settings: DashboardSettings): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(settings.port, settings.host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
