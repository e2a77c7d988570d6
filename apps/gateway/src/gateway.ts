import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import { join } from "node:path";
import { assertIsolation, connectPool } from "@meterr/database";
import { keepAlive, openSqlLedger, settlementQueue } from "@meterr/ledger";
import { tokenCounter } from "@meterr/metering";
import { createOutbound } from "@meterr/outbound";
import type { Logger } from "pino";
import type { CallDeps } from "./calls/call-deps.ts";
import { RunningCalls } from "./calls/running-calls.ts";
import { handleRequest } from "./http/handle-request.ts";
import { createServer, listen } from "./http/server.ts";
import { auditHeadFiles } from "./key-service/audit-head-files.ts";
import { auditHeadSigner } from "./key-service/audit-head-signer.ts";
import { headKeeper } from "./key-service/head-keeper.ts";
import { keyServiceOperations } from "./key-service/operations.ts";
import { startKeyService } from "./key-service/server.ts";
import { connectWatch } from "./keys/connect-watch.ts";
import { findVirtualKey } from "./keys/find-virtual-key.ts";
import { RevocationWatch } from "./keys/revocation-watch.ts";
import { VirtualKeyCache } from "./keys/virtual-key-cache.ts";
import { describeFailure } from "./log.ts";
import { GatewayMetrics } from "./metrics.ts";
import { openVault } from "./open-vault.ts";
import { PriceBook } from "./prices/price-book.ts";
import { ProviderSecretChecker } from "./provider-secrets/check-provider-secrets.ts";
import { destinations } from "./provider-secrets/destinations.ts";
import { ProviderSecretCache } from "./provider-secrets/provider-secret-cache.ts";
import type { GatewaySettings } from "./settings.ts";

export interface RunningGateway {
  readonly port: number;
  /** Takes no new calls, lets running ones finish for a bounded time, settles everything, closes. */
  stop(): Promise<void>;
}

/** Settlements within this share a round trip; an event appears that much later. Milliseconds. */
const SETTLEMENT_LINGER = 8;

/** How long the tokenizer may think about one text before the bound by bytes has to do. Milliseconds. */
const COUNT_DEADLINE = 250;

/**
 * Wires one gateway process and serves. Rejects, having served nothing, when the database is out of reach, row-level
 * security is not in force, the KEK does not open the canary, the keystore is missing or the port is taken.
 */
export async function startGateway(settings: GatewaySettings, log: Logger): Promise<RunningGateway> {
  const report = (error: unknown): void => log.error(describeFailure(error), "failure");
  const pool = connectPool(settings.database, { max: 12, applicationName: `meterr-${settings.slot}` });
  await assertIsolation(pool);
  const { keyring, signer } = await openVault(pool, settings);

  const gatewayId = randomUUID();
  const ledger = await openSqlLedger({ pool, gatewayId, slot: settings.slot, silenceMs: settings.recoverySilence });
  const settlements = settlementQueue({
    ledger,
    lingerMs: SETTLEMENT_LINGER,
    onRefused: (id, error) =>
      log.error({ ...describeFailure(error), call: id }, "settlement refused; charged at its reservation"),
  });
  const running = new RunningCalls();
  const secrets = new ProviderSecretCache(pool, keyring);
  const prices = new PriceBook(pool);
  const keys = new VirtualKeyCache((hash) => findVirtualKey(pool, hash));
  const watch = new RevocationWatch({
    connect: () => connectWatch(settings, report),
    heartbeat: settings.revocationHeartbeat,
    staleAfter: settings.revocationStaleAfter,
    report,
    onFirstAnswer() {
      keys.clear();
      secrets.clear();
      prices.clear();
    },
    onRevocations(revocations) {
      for (const revocation of revocations) {
        keys.drop(revocation);
        secrets.drop(revocation);
        prices.drop(revocation);
        running.end(revocation);
      }
    },
  });
  await watch.start();

  const outbound = createOutbound({
    allow: [...settings.allowedDestinations, ...(settings.sandboxOrigin === null ? [] : [settings.sandboxOrigin])].map(
      (url) => new URL(url).origin,
    ),
    headersTimeout: settings.upstreamHeadersTimeout,
    bodyTimeout: settings.upstreamIdleTimeout,
  });
  const where = destinations(settings.sandboxOrigin, settings.allowedDestinations);
  const counter = tokenCounter({ deadlineMs: COUNT_DEADLINE });
  const metrics = new GatewayMetrics({ running: () => running.size, unsettled: () => settlements.pending });
  const deps: CallDeps = {
    settings,
    keys,
    watch,
    secrets,
    destinations: where,
    prices,
    ledger,
    settlements,
    counter,
    outbound,
    running,
    metrics,
    now: () => performance.timeOrigin + performance.now(),
    report,
  };

  const stopKeepAlive = keepAlive({
    ledger,
    queue: settlements,
    isRunning: (id) => running.has(id),
    heartbeatMs: 1_000,
    onFailure: (what, error) => log.warn({ ...describeFailure(error), what }, "ledger upkeep failed"),
  });
  const checker = new ProviderSecretChecker({ pool, cache: secrets, destinations: where, outbound, report });
  checker.start();
  const files = auditHeadFiles(settings.auditHeadsDir);
  const auditHeads = auditHeadSigner({ pool, signer, files });
  const keeper = headKeeper({ pool, files, signer: auditHeads, report });
  keeper.start();
  const keyService = await startKeyService({
    socketPath: join(settings.runDir, "key-service.sock"),
    operations: keyServiceOperations(pool, keyring),
    verificationKey: signer.verifier.publicJwk,
    signAuditHead: (orgId) => auditHeads.sign(orgId),
    report,
  });

  let draining = false;
  const allowedHosts = new Set(settings.allowedHosts.map((host) => host.toLowerCase()));
  const server = createServer({
    tls: settings.tls,
    headersTimeout: settings.clientHeadersTimeout,
    requestTimeout: settings.clientRequestTimeout,
    onRequest: (request, response) =>
      handleRequest(
        { allowedHosts, deps, isReady: () => watch.isFresh(), isDraining: () => draining },
        request,
        response,
      ),
  });
  const port = await listen(server, settings.host, settings.port);
  log.info({ port, slot: settings.slot, gateway: gatewayId }, "gateway listening");

  return {
    port,
    async stop() {
      draining = true;
      const closed = close(server);
      const left = await running.settled(settings.shutdownTimeout);
      running.closeAndAbort();
      if (left > 0) await running.settled(1_000);
      server.closeAllConnections();
      await closed;
      const unsettled = await settlements.drain(5_000);
      if (unsettled > 0) log.warn({ unsettled }, "calls left to recovery");
      await keeper.stop();
      await Promise.all([
        stopKeepAlive(),
        checker.stop(),
        watch.stop(),
        close(keyService),
        counter.close(),
        outbound.destroy(),
      ]);
      await ledger.close();
      await pool.end();
      log.info("gateway stopped");
    },
  };
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
