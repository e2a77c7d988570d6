import type { AuditOptions } from "@meterr/audit";
import { isInteractive, type Terminal } from "../terminal/terminal.ts";

/** Less is over before it could be read. */
const NOT_BEFORE_MS = 700;
const EVERY_MS = 80;

export interface Progress {
  readonly tell: NonNullable<AuditOptions["progress"]> | null;
  /** Takes the line away again. */
  end(): void;
}

/** One line on stderr that counts, for audits that take a while and people who watch. */
export function progress({ stderr, env }: Pick<Terminal, "stderr" | "env">, now: () => number): Progress {
  if (!isInteractive(stderr, env)) return { tell: null, end: () => undefined };
  const started = now();
  let last = 0;
  return {
    tell: (done, of, stage) => {
      const at = now();
      if (at - started < NOT_BEFORE_MS || at - last < EVERY_MS) return;
      last = at;
      const filled = of === 0 ? 0 : Math.round((20 * done) / of);
      const bar = "█".repeat(filled) + "░".repeat(20 - filled);
      stderr.write(`\r\u001b[K${bar} ${stage} ${done.toLocaleString("en")}/${of.toLocaleString("en")}`);
    },
    end: () => {
      if (last > 0) stderr.write("\r\u001b[K");
    },
  };
}
