import type { HomePaths } from "../home/paths.ts";
import type { HomeSurroundings } from "../settings/resolve-home.ts";
import type { ServerSettings } from "../settings/server-settings.ts";

/** What the checks look at. */
export interface Patient {
  surroundings: HomeSurroundings;
  settings: ServerSettings;
  paths: HomePaths;
  /** Process id of the supervisor that runs on this home, when one does. */
  supervisor: number | undefined;
  /** False before the first start: much is then still to be made. */
  started: boolean;
}
