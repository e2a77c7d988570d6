import { randomUUID } from "node:crypto";
import { answer, taskBody, taskParams, taskQuery, type BenchWorld, type TaskBody } from "./world.ts";

interface Context {
  readonly request: Request;
  readonly url: URL;
  readonly headers: Headers;
  params: Record<string, string>;
  user: { id: string; memberships: readonly { tenantId: string; role: string }[] } | null;
  role: string;
  tenantId: string;
  body: TaskBody | null;
}

type Middleware = (context: Context, next: () => Promise<Response>) => Promise<Response>;

class HttpError extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}

/** The same route as a careful person writes it with the middleware everybody uses: a chain of `(context, next)`. */
export function handWrittenRoute(world: BenchWorld): (request: Request) => Promise<Response> {
  const sessions = new Map([
    [
      world.token,
      {
        user: { id: "user-1", memberships: [{ tenantId: world.tenantId, role: "developer" }] },
        expiresAt: Date.now() + 3_600_000,
      },
    ],
  ]);
  const chain = compose([
    answerErrors,
    securityHeaders,
    route(/^\/api\/v1\/projects\/([^/]+)\/tasks$/, ["project"]),
    rateLimit(() => "192.0.2.1"),
    loadSession(sessions),
    sameOrigin(world.origin),
    loadTenant,
    requireRole("developer"),
    rateLimit(({ tenantId }) => tenantId),
    jsonBody(10_000),
    async (context) => {
      taskParams.parse(context.params);
      taskQuery.parse(Object.fromEntries(context.url.searchParams));
      const body = taskBody.parse(context.body);
      return Response.json(answer(body), { status: 201, headers: context.headers });
    },
  ]);
  return (request) =>
    chain({
      request,
      url: new URL(request.url),
      headers: new Headers(),
      params: {},
      user: null,
      role: "",
      tenantId: "",
      body: null,
    });
}

function compose(chain: readonly Middleware[]): (context: Context) => Promise<Response> {
  return (context) => {
    const run = async (index: number): Promise<Response> => {
      const middleware = chain[index];
      if (middleware === undefined) throw new HttpError(404);
      return middleware(context, () => run(index + 1));
    };
    return run(0);
  };
}

const answerErrors: Middleware = async (context, next) => {
  const id = randomUUID();
  context.headers.set("x-request-id", id);
  try {
    return await next();
  } catch (error) {
    return Response.json({ error: "refused", id }, { status: error instanceof HttpError ? error.status : 500 });
  }
};

const securityHeaders: Middleware = async ({ headers }, next) => {
  headers.set("cache-control", "no-store");
  headers.set("x-content-type-options", "nosniff");
  headers.set("content-security-policy", "default-src 'none'");
  headers.set("referrer-policy", "no-referrer");
  return next();
};

function route(pattern: RegExp, names: readonly string[]): Middleware {
  return async (context, next) => {
    const match = pattern.exec(context.url.pathname);
    if (match === null || context.request.method !== "POST") throw new HttpError(404);
    for (const [index, name] of names.entries()) context.params[name] = decodeURIComponent(match[index + 1] ?? "");
    return next();
  };
}

/** A fixed window, as the usual middleware has it. */
function rateLimit(keyOf: (context: Context) => string): Middleware {
  const windows = new Map<string, { count: number; until: number }>();
  return async (context, next) => {
    const now = Date.now();
    const key = keyOf(context);
    let window = windows.get(key);
    if (window === undefined || window.until <= now) {
      window = { count: 0, until: now + 1000 };
      windows.set(key, window);
    }
    window.count += 1;
    const limit = 1_000_000;
    if (window.count > limit) throw new HttpError(429);
    context.headers.set("ratelimit", `limit=${limit}, remaining=${limit - window.count}`);
    return next();
  };
}

function loadSession(sessions: ReadonlyMap<string, { user: Context["user"]; expiresAt: number }>): Middleware {
  return async (context, next) => {
    const cookies: Record<string, string> = {};
    for (const pair of (context.request.headers.get("cookie") ?? "").split(";")) {
      const [name = "", value = ""] = pair.split("=");
      cookies[name.trim()] = decodeURIComponent(value.trim());
    }
    const found = sessions.get(cookies["session"] ?? "");
    if (found === undefined || found.expiresAt <= Date.now()) throw new HttpError(401);
    context.user = found.user;
    return next();
  };
}

function sameOrigin(origin: string): Middleware {
  return async (context, next) => {
    if (context.request.headers.get("origin") !== origin) throw new HttpError(403);
    return next();
  };
}

const loadTenant: Middleware = async (context, next) => {
  const wanted = context.request.headers.get("x-tenant-id");
  const membership = context.user?.memberships.find(({ tenantId }) => tenantId === wanted);
  if (membership === undefined) throw new HttpError(403);
  context.tenantId = membership.tenantId;
  context.role = membership.role;
  return next();
};

function requireRole(role: string): Middleware {
  return async (context, next) => {
    if (context.role !== role) throw new HttpError(403);
    return next();
  };
}

function jsonBody(limit: number): Middleware {
  return async (context, next) => {
    const bytes = await context.request.arrayBuffer();
    if (bytes.byteLength > limit) throw new HttpError(413);
    context.body = JSON.parse(new TextDecoder().decode(bytes)) as TaskBody;
    return next();
  };
}
