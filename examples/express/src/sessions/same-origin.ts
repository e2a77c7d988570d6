import type { RequestHandler } from "express";

/** Writes come from this site's own pages: a browser attaches the cookie whoever made it send the request. */
export function sameOrigin(origin: string): RequestHandler {
  return (request, response, next) => {
    const reads = request.method === "GET" || request.method === "HEAD";
    if (reads || request.headers.origin === origin) next();
    else response.status(403).json({ error: "not from this site" });
  };
}
