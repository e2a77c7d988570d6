import { cookies } from "next/headers";
import { findBridge } from "@/bridge/find-bridge.ts";
import type { Mode, Page, ProviderSecret } from "./answers.ts";
import { ask } from "./ask.ts";
import { MODE_COOKIE } from "./cookies.ts";

/** What a page shows: as its address says, else as the visitor chose last, else test mode until there is something live. */
export async function modeOf(named: string | undefined): Promise<Mode> {
  const chosen = named ?? (await cookies()).get(MODE_COOKIE)?.value;
  if (chosen === "live" || chosen === "test") return chosen;
  if (!findBridge().sandboxAvailable) return "live";
  const secrets = await ask<Page<ProviderSecret>>("/api/v1/provider-secrets?include_revoked=true");
  const live = secrets.ok && secrets.data.items.some(({ simulated }) => !simulated);
  return live ? "live" : "test";
}
