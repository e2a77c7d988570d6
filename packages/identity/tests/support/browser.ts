/** A browser's part in the tests: keeps cookies, says where it is, asks with JSON. */
export interface Browser {
  readonly cookies: Map<string, string>;
  get(path: string): Promise<Response>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The cookie header it would send. */
  cookieHeader(): string;
}

export type Handler = (request: Request) => Promise<Response>;

/** The address of a client; the fixtures read it where a server would read the socket. */
export const TEST_ADDRESS = "x-test-address";

export function browser(handler: Handler, origin: string, address = "192.0.2.1"): Browser {
  const cookies = new Map<string, string>();
  const cookieHeader = (): string => [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const send = async (request: Request): Promise<Response> => {
    request.headers.set(TEST_ADDRESS, address);
    if (cookies.size > 0) request.headers.set("cookie", cookieHeader());
    const response = await handler(request);
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const name = pair.slice(0, pair.indexOf("="));
      const value = pair.slice(pair.indexOf("=") + 1);
      if (value === "" || /max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  };
  return {
    cookies,
    cookieHeader,
    get: (path) => send(new Request(`${origin}/api/auth${path}`)),
    post: (path, body = {}, headers = {}) =>
      send(
        new Request(`${origin}/api/auth${path}`, {
          method: "POST",
          headers: { origin, "content-type": "application/json", ...headers },
          body: typeof body === "string" ? body : JSON.stringify(body),
        }),
      ),
  };
}
