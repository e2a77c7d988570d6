import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer as createHttp, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import { NODE_SERVER_LIMITS, nodeListener } from "@meterr/runtime";
import type { Logger } from "pino";
import { createBridgeSide } from "./bridge/bridge.ts";
import { BRIDGE } from "./bridge/contract.ts";
import { composeDashboard, type Dashboard } from "./compose-dashboard.ts";
import { addressOfMessage } from "./http/address-of-message.ts";
import { pageListener, type Listener } from "./http/page-listener.ts";
import { startPages } from "./http/start-pages.ts";
import { describeFailure } from "./log.ts";
import type { DashboardSettings } from "./settings.ts";

export interface RunningDashboard {
  readonly port: number;
  stop(): Promise<void>;
}

/** The largest body any route takes is far below; this bounds what reaches a route at all. Bytes. */
const MAX_BODY_BYTES = 1024 * 1024;
/** 128 bits, as CSP3 asks of a nonce at least. Bytes. */
const NONCE_BYTES = 16;

/** Starts listening once everything it serves is wired. `openPages` is given by tests, which need no built pages. */
export async function serve(
  settings: DashboardSettings,
  log: Logger,
  openPages: typeof startPages = startPages,
): Promise<RunningDashboard> {
  const bridge = createBridgeSide({
    publicUrl: settings.publicUrl,
    gatewayUrl: settings.gatewayUrl,
    sandboxAvailable: settings.sandboxOrigin !== null,
  });
  const [dashboard, pages] = await Promise.all([
    composeDashboard(settings, log, bridge.visitorOf),
    openPages({ hostname: settings.host, port: settings.port }),
  ]);
  Object.defineProperty(globalThis, BRIDGE, { value: Object.freeze(bridge.open(dashboard.api)) });

  const hosts = hostsOf(settings);
  const https = new URL(settings.publicUrl).protocol === "https:";
  const report = (error: unknown): void => log.error(describeFailure(error), "request failed");
  const api = nodeListener((request) => answer(dashboard, request), {
    maxBodyBytes: MAX_BODY_BYTES,
    hosts,
    scheme: https ? "https" : "http",
    report,
  });
  const publicUrl = new URL(settings.publicUrl);
  const page = pageListener({
    hosts,
    home: isLoopback(publicUrl.hostname) ? publicUrl : null,
    https,
    nonce: () => randomBytes(NONCE_BYTES).toString("base64"),
    addressOf: addressOfMessage(settings.trustedProxies),
    asVisitor: bridge.asVisitor,
    pages: pages.listener,
    report,
  });
  const server = createServer(settings, (incoming, outgoing) => {
    const listener = isApi(incoming.url ?? "") ? api : page;
    listener(incoming, outgoing);
  });
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
      await Promise.all([pages.close(), dashboard.close()]);
      log.info("dashboard stopped");
    },
  };
}

/** What the pages' framework must never see. */
function isApi(target: string): boolean {
  return /^\/(?:api|healthz)(?:[/?#]|$)/.test(target);
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

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d+){3}$/.test(hostname);
}

/** Every way a browser may write the names this listener answers to. */
function hostsOf(settings: DashboardSettings): string[] {
  const names = settings.allowedHosts.flatMap((host) => [host, `${host}:${settings.port}`]);
  return [...new Set([...names, new URL(settings.publicUrl).host])];
}

function createServer(settings: DashboardSettings, onRequest: Listener): Server {
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
