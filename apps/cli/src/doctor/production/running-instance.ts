import { reachable } from "../../supervisor/await-healthy.ts";
import { askHttp, type Answer, type Asked } from "../ask-http.ts";
import type { Patient } from "../patient.ts";

/** Asks the instance that runs, as one who has no credential. */
export type AskInstance = (
  process: "dashboard" | "gateway",
  question: Pick<Asked, "path" | "method"> & { headers?: Record<string, string>; tls?: boolean },
) => Promise<Answer | null>;

/** Questions go to this machine's own listeners, under the public name, whatever a proxy in front would add. */
export function runningInstance({ settings }: Pick<Patient, "settings">): AskInstance {
  return (process, { headers = {}, tls = settings.tls !== null, ...question }) =>
    askHttp({
      ...question,
      tls,
      host: reachable(settings.host),
      port: process === "dashboard" ? settings.dashboardPort : settings.gatewayPort,
      headers: { host: new URL(settings.publicUrl).host, ...headers },
    });
}
