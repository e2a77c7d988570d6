import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

export interface StubBehaviour {
  name: string;
  /** One line per event: "<name> <event>". */
  journal: string;
  /** Ends with this code, saying so on stderr, before listening. */
  refuseWith?: number;
  /** Milliseconds it takes to drain. */
  drain?: number;
  neverHealthy?: boolean;
  ignoresTerm?: boolean;
}

/** A server process that keeps the process contract and writes down what happens to it. */
export function runStub(behaviour: StubBehaviour): void {
  const note = (event: string) => appendFileSync(behaviour.journal, `${behaviour.name} ${event}\n`);
  const settings = JSON.parse(readFileSync(3, "utf8")) as { host: string; port: number };
  note(`settings ${JSON.stringify(settings)}`);
  note(`env ${JSON.stringify(process.env)}`);
  note(`argv ${JSON.stringify(process.argv.slice(2))}`);
  if (behaviour.refuseWith !== undefined) {
    process.stderr.write(`${behaviour.name}: this cannot be; correct it\n`);
    process.exit(behaviour.refuseWith);
  }
  const server = createServer((_, response) =>
    response.writeHead(behaviour.neverHealthy === true ? 503 : 200).end('{"status":"ok"}'),
  );
  server.listen(settings.port, settings.host, () => note(`listening ${process.pid}`));
  let ending = false;
  const end = async (why: string) => {
    if (ending) return;
    ending = true;
    note(why);
    await delay(behaviour.drain ?? 0);
    note("ended");
    process.exit(0);
  };
  process.on("SIGTERM", () => (behaviour.ignoresTerm === true ? note("ignored") : void end("draining")));
  process.stdin.on("end", () => void end("orphaned")).resume();
}
