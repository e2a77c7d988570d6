import { selfAudit } from "./audit.ts";
import { boundaries } from "./boundaries.ts";
import { cycles } from "./cycles.ts";
import { exportsMaps } from "./exports.ts";
import { format } from "./format.ts";
import { lint } from "./lint.ts";
import { lockfile } from "./lockfile.ts";
import type { Part } from "./part.ts";
import { readmes } from "./readmes.ts";
import { reveal } from "./reveal.ts";
import { secrets } from "./secrets.ts";
import { size } from "./size.ts";
import { sql } from "./sql.ts";
import { types } from "./types.ts";

/** The parts that start a tool come first, so that those reading the tree themselves run while the tools do. */
export const parts: readonly Part[] = [
  types,
  lint,
  format,
  secrets,
  boundaries,
  cycles,
  exportsMaps,
  readmes,
  lockfile,
  size,
  sql,
  reveal,
  selfAudit,
];
