import { connectPool } from "@meterr/database";
import type { PoolClient } from "pg";
import type { GatewaySettings } from "../settings.ts";
import type { WatchConnection } from "./revocation-watch.ts";

/** A question that takes longer counts as unanswered: the rule of 750 ms must not wait on a hung connection. Milliseconds. */
const QUERY_TIMEOUT = 400;

/** A connection of its own for the watch, so that no busy pool ever delays a revocation. */
export async function connectWatch(
  settings: GatewaySettings,
  report: (error: unknown) => void,
): Promise<WatchConnection> {
  const pool = connectPool(settings.database, {
    max: 1,
    applicationName: `meterr-${settings.slot}-revocations`,
    connectTimeoutMs: QUERY_TIMEOUT,
    onConnectionLost: () => undefined,
  });
  let client: PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    await pool.end();
    throw error;
  }
  const end = async (): Promise<void> => {
    client.removeAllListeners("notification");
    client.release(true);
    await pool.end();
  };
  return {
    // sql-not-constant: passes on the watch's own constant statements
    query: (query) => withTimeout(client.query(query), QUERY_TIMEOUT),
    onNotification: (listener) => client.on("notification", listener),
    onLost: (listener) => {
      client.on("error", listener);
      client.on("end", listener);
    },
    end: () => end().catch(report),
  };
}

async function withTimeout<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error("the database did not answer in time")), milliseconds);
      }),
    ]);
  } finally {
    clearTimeout(timer);
    promise.catch(() => undefined);
  }
}
