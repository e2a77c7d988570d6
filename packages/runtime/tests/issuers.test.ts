import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { suite, test } from "node:test";
import { createClient } from "@supabase/supabase-js";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { jwt as jwtPlugin } from "better-auth/plugins/jwt";
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, type JSONWebKeySet, type JWTPayload } from "jose";
import { jwt, session, type Authenticator, type Membership, type SessionRecord } from "../src/index.ts";
import { codeOf, ONE, people, thing } from "./thing-route.ts";

// By name only: the declarations of Auth.js bring a browser's types into whatever imports them.
const [authJs, authJsTokens, authJsCredentials] = (await Promise.all(
  ["@auth/core", "@auth/core/jwt", "@auth/core/providers/credentials"].map((name) => import(name)),
)) as [AuthJs, AuthJsTokens, { default(options: object): object }];

interface AuthJs {
  Auth(request: Request, config: object): Promise<Response>;
}

interface AuthJsTokens {
  decode(options: { token: string; secret: string; salt: string }): Promise<{
    sub?: string;
    exp?: number;
    jti?: string;
  } | null>;
}

// Whatever the library says of a person, the memberships are the application's own records.
const membershipsOf = (subject: string, known: string): readonly Membership[] | null =>
  subject === known ? people.ann.memberships : null;

const ORIGIN = "https://site.test";
const fromSite = { "x-test-credential": null, origin: ORIGIN, "sec-fetch-site": "same-origin" } as const;

/** The tenant a request reached, or the refusal's code. */
async function sent(auth: Authenticator, headers: Record<string, string>): Promise<string> {
  const { send, host } = thing({ auth });
  const response = await send({ headers: { ...fromSite, ...headers } });
  if (response.status !== 201) return codeOf(response);
  return host.statements[0]?.tenant.id ?? "no tenant";
}

/** Every cookie an answer sets, as the next request sends them. */
function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0] ?? "")
    .join("; ");
}

const changed = (text: string): string => text.slice(0, -2) + (text.endsWith("AA") ? "BB" : "AA");

suite("Auth.js", () => {
  const cookie = "__Secure-authjs.session-token";
  const secret = randomBytes(32).toString("hex");
  const config = {
    secret,
    trustHost: true,
    basePath: "/auth",
    providers: [
      authJsCredentials.default({
        credentials: { password: {} },
        authorize: ({ password }: { password: string }) =>
          password === "right" ? { id: "user-ann", name: "Ann" } : null,
      }),
    ],
    callbacks: {
      // What a token claims beyond the person must change nothing.
      jwt: ({ token, user }: { token: object; user?: { id: string } }) => ({
        ...token,
        ...(user === undefined ? {} : { sub: user.id, role: "owner", org: "else" }),
      }),
    },
    logger: { error: () => undefined },
  };

  async function signIn(password: string): Promise<Response> {
    const asked = await authJs.Auth(new Request(`${ORIGIN}/auth/csrf`), config);
    const { csrfToken } = (await asked.json()) as { csrfToken: string };
    const body = new URLSearchParams({ csrfToken, password });
    const headers = { cookie: cookiesOf(asked), "content-type": "application/x-www-form-urlencoded" };
    return authJs.Auth(new Request(`${ORIGIN}/auth/callback/credentials`, { method: "POST", body, headers }), config);
  }

  const auth = session({
    cookie,
    async find(token): Promise<SessionRecord | null> {
      // Auth.js's own reader; it throws on what it did not write.
      const found = await authJsTokens.decode({ token, secret, salt: cookie }).catch(() => null);
      const memberships = membershipsOf(found?.sub ?? "", "user-ann");
      if (found?.sub === undefined || found.exp === undefined || memberships === null) return null;
      return {
        id: found.jti ?? "",
        userId: found.sub,
        label: "Ann",
        expiresAt: new Date(found.exp * 1000),
        memberships,
      };
    },
  });

  test("a session that Auth.js issued proves the person, and no claim in it decides anything", async () => {
    const cookies = cookiesOf(await signIn("right"));
    assert.ok(cookies.includes(`${cookie}=`));
    assert.equal(await sent(auth, { cookie: cookies }), ONE);
    assert.equal(await sent(auth, { cookie: cookies, "x-tenant-id": randomUUID() }), "403 tenant_forbidden");
  });

  test("a changed, foreign or absent session of Auth.js proves nobody", async () => {
    const cookies = cookiesOf(await signIn("right"));
    const token = new RegExp(`${cookie}=([^;]+)`).exec(cookies)?.[1] ?? "";
    assert.equal(await sent(auth, { cookie: `${cookie}=${changed(token)}` }), "401 credential_invalid");
    assert.equal(await sent(auth, { cookie: `${cookie}=x` }), "401 credential_invalid");
    assert.equal(await sent(auth, { cookie: cookiesOf(await signIn("wrong")) }), "401 credential_required");
    assert.equal(await sent(auth, { cookie: cookies, origin: "https://else.test" }), "403 cross_origin_refused");
  });
});

suite("better-auth", () => {
  const cookie = "better-auth.session_token";
  const library = betterAuth({
    baseURL: "http://localhost:3000",
    secret: randomBytes(32).toString("hex"),
    database: memoryAdapter({ user: [], session: [], account: [], verification: [], jwks: [] }),
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    plugins: [jwtPlugin({ jwt: { issuer: "https://id.test", audience: "meter", expirationTime: "15m" } })],
  });
  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    library.handler(new Request(`http://localhost:3000/api/auth${path}`, init));
  let known = "";

  async function signUp(): Promise<string> {
    const body = JSON.stringify({ email: `${randomUUID()}@site.test`, password: randomUUID(), name: "Ann" });
    const response = await call("/sign-up/email", {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    assert.equal(response.status, 200);
    known = ((await response.clone().json()) as { user: { id: string } }).user.id;
    return cookiesOf(response);
  }

  const bySession = session({
    cookie,
    async find(token): Promise<SessionRecord | null> {
      const found = await library.api.getSession({ headers: new Headers({ cookie: `${cookie}=${token}` }) });
      const memberships = membershipsOf(found?.user.id ?? "", known);
      if (found === null || memberships === null) return null;
      const { session, user } = found;
      return { id: session.id, userId: user.id, label: user.name, expiresAt: session.expiresAt, memberships };
    },
  });

  test("a session that better-auth issued proves the person, until it is signed out", async () => {
    const cookies = await signUp();
    assert.equal(await sent(bySession, { cookie: cookies }), ONE);
    const headers = { cookie: cookies, origin: "http://localhost:3000" };
    assert.equal((await call("/sign-out", { method: "POST", headers })).status, 200);
    assert.equal(await sent(bySession, { cookie: cookies }), "401 credential_invalid");
  });

  test("a changed or unsigned session of better-auth proves nobody", async () => {
    const token = new RegExp(`${cookie}=([^;]+)`).exec(await signUp())?.[1] ?? "";
    const [unsigned = ""] = decodeURIComponent(token).split(".");
    for (const value of [unsigned, `${unsigned}.`, `x${token}`, "x"]) {
      assert.equal(await sent(bySession, { cookie: `${cookie}=${value}` }), "401 credential_invalid");
    }
  });

  test("a token that better-auth signed proves the person by its published keys", async () => {
    const cookies = await signUp();
    const { token } = (await (await call("/token", { headers: { cookie: cookies } })).json()) as { token: string };
    const keys = (await (await call("/jwks")).json()) as JSONWebKeySet;
    const options = {
      issuer: "https://id.test",
      audience: "meter",
      algorithms: ["EdDSA"],
      keys: createLocalJWKSet(keys),
      memberships: async (subject: string) => {
        const memberships = membershipsOf(subject, known);
        return memberships === null ? null : { label: "Ann", memberships };
      },
    };
    assert.equal(await sent(jwt(options), { authorization: `Bearer ${token}` }), ONE);
    const elsewhere = jwt({ ...options, audience: "else" });
    assert.equal(await sent(elsewhere, { authorization: `Bearer ${token}` }), "401 credential_invalid");
    known = "somebody-else";
    assert.equal(await sent(jwt(options), { authorization: `Bearer ${token}` }), "401 credential_invalid");
  });
});

suite("Supabase", async () => {
  const project = "https://project.supabase.test";
  const issuer = `${project}/auth/v1`;
  const person = randomUUID();
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwks = {
    keys: [{ ...(await exportJWK(publicKey)), alg: "ES256", kid: "signing-1", use: "sig", key_ops: ["verify"] }],
  };

  /** Claims as Supabase's Auth (GoTrue) writes them: docs/guides/auth/jwt-fields. */
  const claimsOf = (more: JWTPayload = {}): JWTPayload => {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: issuer,
      aud: "authenticated",
      sub: person,
      exp: now + 3600,
      iat: now,
      email: "ann@site.test",
      phone: "",
      app_metadata: { provider: "email", providers: ["email"], org_id: randomUUID(), role: "owner" },
      user_metadata: { org_id: randomUUID(), role: "owner" },
      role: "authenticated",
      aal: "aal1",
      amr: [{ method: "password", timestamp: now }],
      session_id: randomUUID(),
      is_anonymous: false,
      ...more,
    };
  };
  const signed = (more?: JWTPayload): Promise<string> =>
    new SignJWT(claimsOf(more)).setProtectedHeader({ alg: "ES256", kid: "signing-1", typ: "JWT" }).sign(privateKey);

  /** The two of Auth's endpoints a server and its client use. */
  const gotrue: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/auth/v1/.well-known/jwks.json") return Response.json(jwks);
    if (pathname !== "/auth/v1/token" || searchParams.get("grant_type") !== "password")
      return Response.json({}, { status: 404 });
    const { password } = (await request.json()) as { password: string };
    if (password !== "right") {
      return Response.json(
        { code: 400, error_code: "invalid_credentials", msg: "Invalid login credentials" },
        { status: 400 },
      );
    }
    const user = { id: person, aud: "authenticated", email: "ann@site.test", app_metadata: {}, user_metadata: {} };
    return Response.json({
      access_token: await signed(),
      token_type: "bearer",
      expires_in: 3600,
      refresh_token: randomBytes(12).toString("hex"),
      user: { ...user, created_at: new Date().toISOString() },
    });
  };

  const fetched = (await (await gotrue(`${issuer}/.well-known/jwks.json`)).json()) as JSONWebKeySet;
  const auth = jwt({
    issuer,
    audience: "authenticated",
    algorithms: ["ES256"],
    keys: createLocalJWKSet(fetched),
    memberships: async (subject) => {
      const memberships = membershipsOf(subject, person);
      return memberships === null ? null : { label: "Ann", memberships };
    },
  });

  test("the token that supabase-js signs in with proves the person; its metadata names no tenant and no role", async () => {
    const client = createClient(project, "publishable", {
      auth: { persistSession: false, autoRefreshToken: false },
      global: { fetch: gotrue },
    });
    const { data, error } = await client.auth.signInWithPassword({ email: "ann@site.test", password: "right" });
    assert.equal(error, null);
    assert.equal(await sent(auth, { authorization: `Bearer ${data.session?.access_token ?? ""}` }), ONE);
    const refused = await client.auth.signInWithPassword({ email: "ann@site.test", password: "wrong" });
    assert.equal(refused.data.session, null);
  });

  test("the project's own keys, another project's tokens and anonymous people prove nobody", async () => {
    const legacy = (role: string): Promise<string> =>
      new SignJWT({ iss: "supabase", ref: "project", role, exp: 4_000_000_000 })
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .sign(randomBytes(32));
    for (const token of [
      await legacy("anon"),
      await legacy("service_role"),
      await signed({ iss: "https://other.supabase.test/auth/v1" }),
      await signed({ aud: "anon" }),
      await signed({ sub: randomUUID(), is_anonymous: true }),
      await signed({ exp: Math.floor(Date.now() / 1000) - 60 }),
    ]) {
      assert.equal(await sent(auth, { authorization: `Bearer ${token}` }), "401 credential_invalid");
    }
  });

  test("a project that still signs with its shared secret is verified by that secret, and by no public key", async () => {
    const secret = randomBytes(32);
    const k = secret.toString("base64url");
    const shared = jwt({
      issuer,
      audience: "authenticated",
      algorithms: ["HS256"],
      keys: { kty: "oct", k, alg: "HS256" },
      memberships: async () => ({ label: "Ann", memberships: people.ann.memberships }),
    });
    const token = await new SignJWT(claimsOf()).setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(secret);
    assert.equal(await sent(shared, { authorization: `Bearer ${token}` }), ONE);
    assert.equal(await sent(shared, { authorization: `Bearer ${await signed()}` }), "401 credential_invalid");
    assert.equal(await sent(auth, { authorization: `Bearer ${token}` }), "401 credential_invalid");
  });
});
