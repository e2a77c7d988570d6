import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import type { HealthTarget } from "./child-plan.ts";

/** Milliseconds between two questions: short, because starts are waited for by a person. */
const pause = 40;
/** Milliseconds one question may take. */
const patience = 2_000;

/**
 * Asks /healthz until it answers 200.
 * @returns false when `signal` fired first.
 */
export async function awaitHealthy(target: HealthTarget, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if (await isHealthy(target)) return !signal.aborted;
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

/** One question to /healthz. */
export function isHealthy({ host, port, certFile }: HealthTarget): Promise<boolean> {
  const options = {
    host: reachable(host),
    port,
    path: "/healthz",
    agent: false,
    timeout: patience,
    headers: { host: `localhost:${port}` },
  };
  return new Promise((resolve) => {
    // The certificate names the public host, not this address: it must be the very one configured.
    const request = certFile === null ? requestHttp(options) : requestHttps({ ...options, rejectUnauthorized: false });
    request.on("response", (response) => {
      response.resume();
      const genuine = certFile === null || shows(response.socket as TLSSocket, certFile);
      resolve(genuine && response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
    request.on("close", () => resolve(false));
    request.end();
  });
}

function shows(socket: TLSSocket, certFile: string): boolean {
  try {
    return (
      socket.getPeerX509Certificate()?.fingerprint256 === new X509Certificate(readFileSync(certFile)).fingerprint256
    );
  } catch {
    return false;
  }
}

/** An address to connect to for what listens on `host`; "every address" includes the loopback. */
export function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}
