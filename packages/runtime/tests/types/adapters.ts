import {
  expressHandler,
  fastifyPlugin,
  honoHandler,
  nextPagesHandler,
  nodeListener,
  trustedProxies,
  type Mounted,
  type RouteKey,
} from "../../src/index.ts";
import { postgresRateLimiter, redisRateLimiter } from "../../src/limits/index.ts";

// Compiled, never run: each @ts-expect-error fails the type check once the line beneath it compiles.

export function anAdapterIsToldItsBounds(mounted: Mounted, route: RouteKey): void {
  const sound = { hosts: ["app.test"], maxBodyBytes: 1, report: () => undefined } as const;
  for (const adapter of [expressHandler, fastifyPlugin, nextPagesHandler, nodeListener] as const) {
    adapter(mounted, sound);
    adapter(route, { ...sound, hosts: "any" });
    // @ts-expect-error: which hosts it answers
    adapter(mounted, { maxBodyBytes: 1, report: () => undefined });
    // @ts-expect-error: how much it takes
    adapter(mounted, { hosts: "any", report: () => undefined });
    // @ts-expect-error: and who hears of its failures
    adapter(mounted, { hosts: "any", maxBodyBytes: 1 });
    // @ts-expect-error: any host is said in a word of its own
    adapter(mounted, { ...sound, hosts: "*" });
  }
  honoHandler(mounted, { ...sound, peer: () => null });
  // @ts-expect-error: a module's routes are mounted first
  honoHandler([route], sound);
  // @ts-expect-error: a proxy is trusted by its address, and the connection's is asked for
  trustedProxies({ trusted: ["10.0.0.0/8"] });
}

export async function aStoreIsHandedOver(): Promise<void> {
  // @ts-expect-error: limits connect to nothing by themselves
  await postgresRateLimiter({});
  // @ts-expect-error: nor by an address
  await redisRateLimiter({ client: "redis://localhost" });
}
