import { audit, RULES } from "@meterr/audit";
import type { Engine } from "./engine.ts";

/** The engine the command is shipped with. */
export const auditor: Engine = { audit, rules: RULES };
