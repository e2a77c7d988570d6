import { z } from "zod";
import {
  globalScope,
  memberTenant,
  publicAccess,
  routeKey,
  type Authenticator,
  type HandlerResult,
  type KeyManifest,
  type RuntimeHost,
} from "../../src/index.ts";

// Compiled, never run: each @ts-expect-error fails the type check once the line beneath it compiles.

export function anOptOutNeedsAReason(fromSettings: string): void {
  publicAccess("a health check says nothing of anybody");
  globalScope("prices are the same for everybody");
  publicAccess(fromSettings);
  // @ts-expect-error: why?
  publicAccess();
  // @ts-expect-error: why?
  globalScope();
  // @ts-expect-error: that is no reason
  publicAccess("");
  // @ts-expect-error: that is no reason
  globalScope("");
  // @ts-expect-error: nor is that
  publicAccess(undefined);
  // @ts-expect-error: nor is that
  globalScope(true);
}

export function aRouteSaysWhoMayDoWhat(host: RuntimeHost, manifest: KeyManifest, auth: Authenticator): void {
  const rule = { points: 1, seconds: 1 };
  const handler = async (): Promise<HandlerResult> => ({ status: 200 });
  const sound = {
    host,
    manifest,
    method: "GET",
    path: "/x",
    auth,
    tenant: memberTenant(),
    authorize: () => true,
    input: {},
    limit: { address: rule, tenant: rule },
    maxBodyBytes: 0,
    idempotency: "none",
    handler,
  } as const;
  routeKey(sound);

  // Each of these says something that is never assumed.
  const { auth: _auth, ...noAuth } = sound;
  // @ts-expect-error: who is asking
  routeKey(noAuth);
  const { tenant: _tenant, ...noTenant } = sound;
  // @ts-expect-error: for which tenant
  routeKey(noTenant);
  const { limit: _limit, ...noLimit } = sound;
  // @ts-expect-error: how often
  routeKey(noLimit);
  const { input: _input, ...noInput } = sound;
  // @ts-expect-error: with what
  routeKey(noInput);
  const { maxBodyBytes: _bytes, ...noSize } = sound;
  // @ts-expect-error: how large
  routeKey(noSize);
  const { idempotency: _idempotency, ...noIdempotency } = sound;
  // @ts-expect-error: what a repetition means
  routeKey(noIdempotency);
  const { manifest: _manifest, ...noManifest } = sound;
  // @ts-expect-error: and where it is written down
  routeKey(noManifest);

  // @ts-expect-error: a word is no authenticator
  routeKey({ ...sound, auth: "session" });
  // @ts-expect-error: nor is the absence of one
  routeKey({ ...sound, auth: null });
  // @ts-expect-error: a header's name is no tenant
  routeKey({ ...sound, tenant: "x-tenant-id" });
  // @ts-expect-error: only what is there at once or promised decides
  routeKey({ ...sound, authorize: () => "owner" });
  // @ts-expect-error: a schema, not a check of one's own
  routeKey({ ...sound, input: { query: (value: unknown) => value } });
  routeKey({ ...sound, input: { query: z.strictObject({ q: z.string() }) } });
}
