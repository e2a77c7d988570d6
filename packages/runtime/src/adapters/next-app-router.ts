export type RouteHandlers = Readonly<
  Record<"GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS", (request: Request) => Promise<Response>>
>;

/** The named exports of a Next.js App Router `route.ts`, such as `app/api/v1/[...path]/route.ts`. */
export function nextAppRouter(handler: (request: Request) => Promise<Response>): RouteHandlers {
  // Next passes its own second argument; a KEY must not see it.
  const only = (request: Request): Promise<Response> => handler(request);
  return { GET: only, HEAD: only, POST: only, PUT: only, PATCH: only, DELETE: only, OPTIONS: only };
}
