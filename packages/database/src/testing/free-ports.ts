import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below every system's range for outgoing connections and for port 0 (Linux begins at 32,768, the others at 49,152):
 * nothing else that runs here is given one of these between the moment it is found free and the moment it is used.
 * Above 10,080, the highest port that fetch and browsers refuse to open (Fetch, 2.9 "Port blocking").
 */
const LOWEST = 10_100;
const COUNT = 20_000;
/** Each process begins at a place of its own, since several test files look for ports at once. */
const EACH = 20;
let next = (process.pid * EACH) % COUNT;

/** So many different ports of 127.0.0.1 that nobody listens on, for servers that must be told theirs. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tried = 0; ports.length < count; tried += 1) {
    if (tried === COUNT) throw new Error("there is no free port");
    const port = LOWEST + next;
    next = (next + 1) % COUNT;
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
