import { randomBytes, randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { gatedRoute } from "./gated-route.ts";
import { handWrittenRoute } from "./hand-written-route.ts";
import { bareHandler, type BenchWorld } from "./world.ts";

type Handler = (request: Request) => Promise<Response>;

/** What the gates may cost over the bare handler, cryptography aside. Microseconds of CPU per request. */
const BAR_US = 20;

interface Lane {
  readonly name: string;
  readonly handler: Handler;
  /** Microseconds of CPU per request, one figure for each turn. */
  readonly turns: number[];
}

// One route with every gate, beside the bare handler and the same route by hand, in turns within one run.
// Usage: npm run bench -- runtime [--requests 5000] [--turns 21]

async function measure(): Promise<void> {
  const { values } = parseArgs({
    options: { requests: { type: "string", default: "5000" }, turns: { type: "string", default: "21" } },
  });
  const requests = Number(values.requests);
  const turns = Number(values.turns);
  const world: BenchWorld = {
    token: randomBytes(24).toString("base64url"),
    tenantId: randomUUID(),
    memberId: randomUUID(),
    origin: "https://app.test",
  };
  const lanes: readonly Lane[] = [
    { name: "bare handler", handler: bareHandler, turns: [] },
    { name: "written by hand", handler: handWrittenRoute(world), turns: [] },
    { name: "every gate", handler: gatedRoute(world), turns: [] },
  ];
  for (const lane of lanes) await turn(world, lane.handler, requests);
  // In turns, so that whatever else the machine does falls on all of them.
  for (let round = 0; round < turns; round++) {
    for (const lane of lanes) lane.turns.push(await turn(world, lane.handler, requests));
  }
  report(lanes, requests, turns);
}

/** Microseconds of this process's CPU for one request, the making of the request included: every lane has that. */
async function turn(world: BenchWorld, handler: Handler, requests: number): Promise<number> {
  const before = process.cpuUsage();
  for (let count = 0; count < requests; count++) {
    const response = await handler(requestOf(world));
    if (response.status !== 201) throw new Error(`A lane answered ${response.status}.`);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requests;
}

function requestOf({ origin, token, tenantId }: BenchWorld): Request {
  return new Request(`${origin}/api/v1/projects/p-17/tasks?notify=yes`, {
    method: "POST",
    headers: {
      cookie: `theme=dark; session=${token}`,
      "content-type": "application/json",
      origin,
      "sec-fetch-site": "same-origin",
      "x-tenant-id": tenantId,
    },
    body: '{"title":"Call the plumber","labels":["home","urgent"],"estimate":{"minutes":30}}',
  });
}

function report(lanes: readonly Lane[], requests: number, turns: number): void {
  const [bare, byHand, gated] = lanes.map((lane) => quiet(lane.turns));
  if (bare === undefined || byHand === undefined || gated === undefined) return;
  const lines = [
    `${turns} turns of ${requests} requests each; microseconds of CPU per request in the quieter turns`,
    "",
  ];
  for (const lane of lanes) {
    const cost = quiet(lane.turns);
    const over = lane === lanes[0] ? "" : `   +${(cost - bare).toFixed(1)} over the bare handler`;
    lines.push(`${lane.name.padEnd(18)} ${cost.toFixed(1).padStart(6)} µs${over}`);
  }
  const verdict = gated - bare <= BAR_US ? "within" : "ABOVE";
  lines.push(
    "",
    `every gate costs ${((gated - bare) / (byHand - bare)).toFixed(2)} × what the usual middleware costs`,
    `${(gated - bare).toFixed(1)} µs over the bare handler: ${verdict} the bar of ${BAR_US} µs`,
  );
  process.stdout.write(`${lines.join("\n")}\n`);
  if (gated - bare > BAR_US) process.exitCode = 1;
}

/** The first quartile: what other programs do to a machine's caches only ever adds to a turn. */
function quiet(values: readonly number[]): number {
  const sorted = [...values].sort((one, two) => one - two);
  return sorted[Math.floor(sorted.length / 4)] ?? Number.NaN;
}

await measure();
