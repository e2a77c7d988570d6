import { colours } from "./colours.ts";
import { isInteractive, type Terminal } from "./terminal.ts";

/** Shows what is being done, one line per step. */
export interface Steps {
  /** Runs one step; `done` says in a few words what came out of it. */
  run<Result>(label: string, work: () => Promise<Result>, done?: (result: Result) => string): Promise<Result>;
  /** A line outside any step. */
  note(text: string): void;
}

export interface StepsClock {
  setInterval(tick: () => void, milliseconds: number): NodeJS.Timeout;
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** Step lines: with a spinner on a terminal, one plain line per finished step when piped. */
export function steps(terminal: Pick<Terminal, "stdout" | "env">, clock: StepsClock = { setInterval }): Steps {
  const { stdout, env } = terminal;
  const paint = colours(stdout, env);
  const live = isInteractive(stdout, env);
  let redraw: (() => void) | undefined;
  const erase = () => {
    if (live) stdout.write("\r\u001b[2K");
  };
  return {
    async run(label, work, done) {
      let frame = 0;
      redraw = () => stdout.write(`\r  ${paint("cyan", frames[frame++ % frames.length] ?? "")} ${label}`);
      const timer = live ? clock.setInterval(redraw, 80) : undefined;
      if (live) redraw();
      const end = () => {
        clearInterval(timer);
        redraw = undefined;
        erase();
      };
      try {
        const result = await work();
        end();
        const detail = done?.(result);
        stdout.write(`  ${paint("green", "✓")} ${label}${detail ? paint("dim", `  ${detail}`) : ""}\n`);
        return result;
      } catch (error) {
        end();
        stdout.write(`  ${paint("red", "✗")} ${label}\n`);
        throw error;
      }
    },
    note(text) {
      if (redraw !== undefined) erase();
      stdout.write(`  ${text}\n`);
      if (live) redraw?.();
    },
  };
}
