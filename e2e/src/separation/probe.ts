// Run as another user: tries each thing it is told on standard input and prints what came of it, as JSON.
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { connectPool } from "@meterr/database";
import type { Attempt } from "./attempt.ts";

/** "ok", or the code of the failure. */
async function tried(attempt: Attempt): Promise<string> {
  try {
    switch (attempt.what) {
      case "read":
        readFileSync(attempt.path);
        break;
      case "list":
        readdirSync(attempt.path);
        break;
      case "open for writing":
        closeSync(openSync(attempt.path, "r+"));
        break;
      case "signal":
        process.kill(attempt.pid, attempt.signal);
        break;
      case "ask socket":
        await ask(attempt.path);
        break;
      case "connect to database":
        await connect(attempt);
    }
    return "ok";
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code ?? error);
  }
}

function ask(socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: "/healthz", timeout: 30_000 }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`status ${response.statusCode}`));
    })
      .on("error", reject)
      .end();
  });
}

async function connect({ host, user, password }: Extract<Attempt, { what: "connect to database" }>): Promise<void> {
  const pool = connectPool({ host, port: 5432, database: "meterr", user, password, tls: false }, { max: 1 });
  try {
    await pool.query("select 1");
  } finally {
    await pool.end();
  }
}

const attempts = JSON.parse(await text(process.stdin)) as Attempt[];
const results: string[] = [];
for (const attempt of attempts) results.push(await tried(attempt));
process.stdout.write(JSON.stringify(results));
