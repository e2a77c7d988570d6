import type { HomePaths } from "../home/paths.ts";
import type { Separation } from "../separation/decide-separation.ts";
import type { HomeSurroundings } from "../settings/resolve-home.ts";
import type { ServerSettings } from "../settings/server-settings.ts";

/** What the checks look at. */
export interface Patient {
  surroundings: HomeSurroundings;
  settings: ServerSettings;
  paths: HomePaths;
  separation: Separation;
  /** Process id of the supervisor that runs on this home, when one does. */
  supervisor: number | undefined;
  /** The instance this home belongs to; null before the first start, when much is still to be made. */
  instanceId: string | null;
}
