import { randomBytes, randomUUID } from "node:crypto";
import { assertIsolation, connectPool, withTenant } from "@meterr/database";
import { apiTokenAuthenticator, createIdentity, type Identity } from "@meterr/identity";
import { tokenCounter } from "@meterr/metering";
import { appendAuditEntry } from "@meterr/module-audit-log";
import { findApiToken, membershipsOf, passwordRecorder } from "@meterr/module-members";
import {
  anyOf,
  memoryRateLimiter,
  mount,
  peerAddress,
  trustedProxies,
  type Authenticator,
  type Mounted,
  type RuntimeHost,
  type Sql,
} from "@meterr/runtime";
import type { Pool } from "pg";
import type { Logger } from "pino";
import { housekeeping } from "./housekeeping.ts";
import { keyServiceClient, type KeyServiceClient } from "./key-service/key-service-client.ts";
import { describeFailure } from "./log.ts";
import { mountModules } from "./mount-modules.ts";
import type { DashboardSettings } from "./settings.ts";

export interface Dashboard {
  /** Every `/api/v1` route of every module. */
  readonly api: Mounted;
  readonly identity: Identity;
  /** Resolves when the database answers. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Longer than any role's statement timeout: a database that accepts and never answers is given up. Milliseconds. */
const QUERY_TIMEOUT = 15_000;

/** How long counting a text may take before an estimate answers; 300 ms is promised. Milliseconds. */
const COUNT_DEADLINE = 250;

/** Addresses of requests made inside this process, on behalf of a page's visitor. */
export type AddressOf = (request: Request) => string | undefined;

/**
 * Connects and wires everything the dashboard serves. Rejects, having served nothing, when the database is out of
 * reach or row-level security is not in force.
 */
export async function composeDashboard(
  settings: DashboardSettings,
  log: Logger,
  visitorOf: AddressOf,
): Promise<Dashboard> {
  const lost = (): void => log.warn("a database connection was lost");
  const pool = connectPool(settings.database, {
    max: 10,
    applicationName: "meterr-dashboard",
    queryTimeoutMs: QUERY_TIMEOUT,
    onConnectionLost: lost,
  });
  const identityPool = connectPool(settings.identityDatabase, {
    queryTimeoutMs: QUERY_TIMEOUT,
    max: 5,
    applicationName: "meterr-identity",
    onConnectionLost: lost,
  });
  await assertIsolation(pool);
  const lookup = sqlOf(pool);

  const publicUrl = new URL(settings.publicUrl);
  const origins = originsOf(publicUrl);
  const peerOf = trustedProxies({ trusted: settings.trustedProxies, peer: peerAddress });
  const clientAddress = (request: Request): string => visitorOf(request) ?? peerOf(request);
  const limiter = memoryRateLimiter({ now: () => performance.now() });
  const host: RuntimeHost = {
    withTenant: (tenant, fn) => withTenant(pool, tenant, fn),
    limiter,
    now: () => new Date(),
    audit: appendAuditEntry,
    report: (failure) =>
      log.error(
        { ...describeFailure(failure.error), request: failure.requestId, route: failure.route },
        "request failed",
      ),
    clientAddress,
    allowedOrigins: origins,
  };
  const recordPassword = passwordRecorder({ host, lookup });
  const identity = await createIdentity({
    pool: identityPool,
    baseUrl: settings.publicUrl,
    secret: settings.authSecret,
    clock: () => new Date(),
    trustedOrigins: origins,
    memberships: membershipsOf(lookup),
    secureCookies: publicUrl.protocol === "https:",
    clientAddress,
    limiter,
    onPasswordSet: async ({ how, userId, email, requestId, address }) => {
      const by = { changed: "session", link: "reset_link" } as const;
      const action = how === "changed" ? "member.password_changed" : "member.password_reset";
      await recordPassword({ action, userId, actor: { kind: by[how], id: userId, label: email }, requestId, address });
    },
    onFailure: (failure) => log.error({ failure }, "identity failed"),
  });
  const auth: Authenticator = anyOf(
    identity.sessionAuthenticator,
    identity.jwtAuthenticator,
    apiTokenAuthenticator({ find: findApiToken(lookup) }),
  );
  const counter = tokenCounter({ deadlineMs: COUNT_DEADLINE });
  const keyService: KeyServiceClient = keyServiceClient(settings.keyServiceSocket);
  const modules = mountModules({
    host,
    auth,
    lookup,
    users: identity,
    keyService,
    settings,
    counter,
    newId: randomUUID,
    randomBytes,
  });
  const keeper = housekeeping({
    pool,
    identity,
    report: (error) => log.warn(describeFailure(error), "what is over was not removed"),
  });
  keeper.start();
  return {
    api: mount(modules.flatMap((module) => module.routes)),
    identity,
    ready: oneAtATime(async () => {
      await pool.query("select 1");
    }),
    async close() {
      await keeper.stop();
      await Promise.all([pool.end(), identityPool.end(), counter.close()]);
    },
  };
}

/** Whoever asks while the answer is awaited gets the same one: anybody may ask, and connections are few. */
function oneAtATime(ask: () => Promise<void>): () => Promise<void> {
  let asked: Promise<void> | null = null;
  return () => {
    asked ??= ask().finally(() => {
      asked = null;
    });
    return asked;
  };
}

/** On a machine of one's own, localhost and 127.0.0.1 are the same page to the person who opens it. */
function originsOf(publicUrl: URL): string[] {
  const loopback = ["localhost", "127.0.0.1", "[::1]"];
  if (!loopback.includes(publicUrl.hostname)) return [publicUrl.origin];
  const port = publicUrl.port === "" ? "" : `:${publicUrl.port}`;
  return loopback.map((host) => `${publicUrl.protocol}//${host}${port}`);
}

/** A pool as the narrow interface modules are handed. */
function sqlOf(pool: Pool): Sql {
  return {
    query: async <Row>(text: string, values: readonly unknown[] = []) => {
      // sql-not-constant: passes on the constant statement of the module that calls
      const result = await pool.query(text, [...values]);
      return { rows: result.rows as Row[], rowCount: result.rowCount };
    },
  };
}
