import { format } from "./format.ts";
import { lint } from "./lint.ts";
import { lockfile } from "./lockfile.ts";
import type { Part } from "./part.ts";
import { secrets } from "./secrets.ts";
import { types } from "./types.ts";

/** The parts that start a tool come first, so that those reading the tree themselves run while the tools do. */
export const parts: readonly Part[] = [types, lint, format, secrets, lockfile];
