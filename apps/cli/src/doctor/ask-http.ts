import { request as requestHttp, type IncomingHttpHeaders } from "node:http";
import { request as requestHttps } from "node:https";

/** Where a question goes: an address of this machine, with the certificate's name left to the check that asks about it. */
export interface Asked {
  host: string;
  port: number;
  tls: boolean;
  path: string;
  method?: "GET" | "OPTIONS";
  /** The Host header among them. */
  headers: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
}

/** Milliseconds for one answer. */
const patience = 5_000;

/** One question over HTTP; null when there is no HTTP answer. */
export function askHttp({ host, port, tls, path, method = "GET", headers }: Asked): Promise<Answer | null> {
  const options = { host, port, path, method, headers, agent: false, timeout: patience };
  return new Promise((resolve) => {
    const request = tls ? requestHttps({ ...options, rejectUnauthorized: false }) : requestHttp(options);
    request.on("response", (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(null));
    request.on("close", () => resolve(null));
    request.end();
  });
}
