/** Every header that carries a credential of some kind. */
export const CREDENTIALS = [
  "authorization",
  "cookie",
  "x-test-credential",
  "stripe-signature",
  "x-hub-signature-256",
  "webhook-signature",
  "x-webhook-signature",
  "github-public-key-signature",
];

/** A request as somebody else would have sent it. */
export type Change = (request: Request) => Request;

export const same: Change = (request) => request;

export function without(names: readonly string[]): Change {
  return (request) => {
    for (const name of names) request.headers.delete(name);
    return request;
  };
}

export function withHeader(name: string, value: string): Change {
  return (request) => {
    request.headers.set(name, value);
    return request;
  };
}

export function withQuery(query: string): Change {
  return (request) => new Request(`${request.url}${request.url.includes("?") ? "&" : "?"}${query}`, request);
}

export function withBody(body: string): Change {
  return (request) => {
    const headers = new Headers(request.headers);
    headers.delete("content-length");
    headers.set("content-type", "application/json");
    return new Request(request.url, { method: request.method, headers, body });
  };
}

/** Other values in the path's `:names`. */
export function withParams(pattern: string, value: () => string): Change {
  return (request) => {
    const url = new URL(request.url);
    const names = pattern.split("/");
    const segments = url.pathname.split("/").map((segment, at) => (names[at]?.startsWith(":") ? value() : segment));
    url.pathname = segments.join("/");
    return new Request(url, request);
  };
}
