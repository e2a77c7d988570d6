import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "./machine.ts";

export interface Reply<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

/** Who asks: an API token or a JWT, or a browser's session cookie. */
export type Credential = { readonly token: string } | { readonly cookie: string } | null;

/** Asks the machine's dashboard as any client would, a browser of its own origin when by cookie. */
export async function manage<Body = Record<string, unknown>>(
  machine: Machine,
  credential: Credential,
  method: string,
  path: string,
  options: { readonly body?: unknown; readonly headers?: Record<string, string> } = {},
): Promise<Reply<Body>> {
  // The printed address: what people open, and the only origin that may write with a cookie.
  const site = `http://localhost:${machine.ports.dashboard}`;
  const response = await fetch(`${machine.dashboard}${path}`, {
    method,
    redirect: "manual",
    headers: {
      ...(credential === null ? {} : "token" in credential ? { authorization: `Bearer ${credential.token}` } : {}),
      ...(credential !== null && "cookie" in credential ? { cookie: credential.cookie } : {}),
      ...(method === "GET" ? {} : { origin: site }),
      ...(options.body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  const isJson = /^application\/(?:problem\+)?json/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, headers: response.headers, text, body: (isJson ? JSON.parse(text) : {}) as Body };
}

/** The same, and throws unless it is answered as expected. */
export async function managed<Body = Record<string, unknown>>(
  status: number,
  ...asked: Parameters<typeof manage>
): Promise<Body> {
  const reply = await manage<Body>(...asked);
  if (reply.status !== status) throw new Error(`${asked[2]} ${asked[3]} answered ${reply.status}: ${reply.text}`);
  return reply.body;
}

/** The operator credential that `meterr setup` left on the machine. */
export async function operatorToken(machine: Machine): Promise<string> {
  const kept = JSON.parse(await readFile(join(machine.home, "home", "operator.json"), "utf8")) as { api_token: string };
  return kept.api_token;
}

/** Signs in over HTTP; the Cookie header of a browser from then on. */
export async function signIn(machine: Machine, email: string, password: string): Promise<string> {
  const reply = await manage(machine, null, "POST", "/api/auth/sign-in/email", { body: { email, password } });
  if (reply.status !== 200) throw new Error(`signing in answered ${reply.status}: ${reply.text}`);
  return reply.headers
    .getSetCookie()
    .map((line) => line.split(";")[0] ?? "")
    .join("; ");
}

/** A one-hour JWT drawn from a session. */
export async function drawJwt(machine: Machine, cookie: string): Promise<string> {
  return (await managed<{ token: string }>(200, machine, { cookie }, "GET", "/api/auth/token")).token;
}
