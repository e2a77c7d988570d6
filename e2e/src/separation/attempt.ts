import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** Something a process of another user may try. */
export type Attempt =
  | { what: "read" | "list" | "open for writing" | "ask socket"; path: string }
  | { what: "signal"; pid: number; signal: number | "SIGUSR1" }
  | { what: "connect to database"; host: string; user: string; password: string };

const probe = fileURLToPath(new URL("./probe.ts", import.meta.url));

/** Tries all of them as the user (and group) `uid`; answers "ok" or the code of the failure for each. */
export async function attemptAs(uid: number, attempts: readonly Attempt[]): Promise<string[]> {
  const child = spawn(process.execPath, [probe], {
    uid,
    gid: uid,
    env: { PATH: process.env["PATH"] ?? "" },
    stdio: ["pipe", "pipe", "inherit"],
    timeout: 60_000,
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(JSON.stringify(attempts));
  return JSON.parse(await text(child.stdout)) as string[];
}
