import { audit, favourShortRun, RULES } from "@meterr/audit";
import type { Engine } from "./engine.ts";

/** The engine the command is shipped with. */
export const auditor: Engine = {
  audit(options) {
    favourShortRun();
    return audit(options);
  },
  rules: RULES,
};
