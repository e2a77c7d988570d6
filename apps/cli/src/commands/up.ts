import type { Command } from "commander";
import { up, type UpContext } from "../up/up.ts";

/** `meterr up`. */
export function addUp(program: Command, context: UpContext): void {
  program
    .command("up")
    .description("start everything on this machine and keep it running (npm start)")
    .action(() => up(context));
}
