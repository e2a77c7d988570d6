import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:net";
import type { ServerResponse } from "node:http";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { OrganisationFixture } from "@meterr/database/testing";
import { balanceOf } from "./support/balance-of.ts";
import { eventOf, type EventRow } from "./support/event-of.ts";
import { gatewayFixture, type GatewayFixture, type Minted } from "./support/gateway-fixture.ts";
import { heldUpstream, type HeldUpstream } from "./support/held-upstream.ts";
import { ask, openaiShape } from "./support/provider-shapes.ts";

/** Discard, RFC 863: nobody listens there any more, and no server is ever given it for want of another. */
const CLOSED = "http://127.0.0.1:9";
const SECRET = `sk-${randomBytes(20).toString("hex")}/${randomBytes(6).toString("hex")}`;

let fixture: GatewayFixture;
let org: OrganisationFixture;
let upstream: HeldUpstream;
let babbler: Server;
let origin: string;
let answer: (response: ServerResponse) => void = (response) => response.end();
let key: Minted;
const elsewhere: Record<"closed" | "babbler", Minted> = {
  closed: { id: "", token: "" },
  babbler: { id: "", token: "" },
};

before(async () => {
  fixture = await gatewayFixture();
  org = await fixture.database.createOrganisation();
  upstream = await heldUpstream((_call, response) => answer(response));
  babbler = createServer((socket) =>
    // Read as well: a socket with something unread in it never closes.
    socket
      .on("error", () => undefined)
      .resume()
      .end("this is no HTTP\r\n\r\n"),
  );
  const talking = await portOf(babbler);
  const allowedDestinations = [upstream.origin, talking, CLOSED];
  ({ origin } = await fixture.start({ allowedDestinations }));
  key = await liveKey(upstream.origin);
  elsewhere.closed = await liveKey(CLOSED);
  elsewhere.babbler = await liveKey(talking);
});
after(async () => {
  await fixture.close();
  await upstream.close();
  await new Promise((resolve) => babbler.close(resolve));
});

async function portOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

async function liveKey(destination: string): Promise<Minted> {
  const openai = await fixture.sealSecret(org, { provider: "openai", secret: SECRET, destination });
  return fixture.mint(org, { mode: "live", providerSecretIds: { openai }, limitNanousd: 10n ** 12n });
}

async function call(by = key): Promise<{ status: number; code: string | null; text: string; event: EventRow }> {
  const got = await ask(origin, openaiShape, by.token, "hello");
  const text = JSON.stringify([...got.headers]) + (await got.text());
  const event = await eventOf(org, got.headers.get("x-request-id"));
  return { status: got.status, code: got.headers.get("x-meterr-code"), text, event };
}

const escapes: Record<string, (secret: string) => string> = {
  raw: (secret) => secret,
  "its last eight characters": (secret) => `...${secret.slice(-8)}`,
  base64: (secret) => Buffer.from(secret).toString("base64"),
  "base64 amid other text": (secret) => Buffer.from(`Bearer: ${secret};`).toString("base64"),
  base64url: (secret) => Buffer.from(`?${secret}`).toString("base64url"),
  hex: (secret) => Buffer.from(secret).toString("hex"),
  "upper-case hex": (secret) => Buffer.from(secret).toString("hex").toUpperCase(),
  "URL-escaped": (secret) => encodeURIComponent(secret),
  "URL-escaped throughout": (secret) => Buffer.from(secret).toString("hex").replace(/../g, "%$&"),
  "JSON-escaped": (secret) => [...secret].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join(""),
  "JSON with an escaped slash": (secret) => secret.replaceAll("/", "\\/"),
  "HTML-escaped": (secret) => [...secret].map((c) => `&#${c.charCodeAt(0)};`).join(""),
};

for (const [form, escape] of Object.entries(escapes)) {
  test(`an error that quotes the provider secret is replaced: ${form}`, async () => {
    const quoted = escape(SECRET);
    answer = (response) => {
      response.writeHead(400, { "content-type": "application/json", "x-ratelimit-limit": "5" });
      response.end(`{"error":{"message":"invalid: ${quoted}"}}`);
    };
    const got = await call();
    assert.equal(got.status, 400);
    assert.equal(got.code, "upstream_unreachable");
    assert.ok(!got.text.includes(quoted) && !got.text.includes(quoted.slice(-8)));
    assert.equal(got.event.cost_nanousd, "0");
  });
}

test("an error that quotes nothing passes as it is", async () => {
  const body = `{"error":{"message":"The model is overloaded: ${randomBytes(64).toString("base64")}"}}`;
  answer = (response) => response.writeHead(503, { "content-type": "application/json" }).end(body);
  const got = await call();
  assert.equal(got.status, 503);
  assert.equal(got.code, null);
  assert.ok(got.text.endsWith(body));
});

test("an error too long or packed to be read is replaced", async () => {
  answer = (response) => response.writeHead(400).end("x".repeat(100_000));
  assert.equal((await call()).code, "upstream_unreachable");
  answer = (response) => response.writeHead(400, { "content-encoding": "gzip" }).end(gzipSync(SECRET));
  assert.equal((await call()).code, "upstream_unreachable");
});

test("a redirect is refused and not followed", async () => {
  for (const status of [301, 302, 307, 308]) {
    const before = upstream.received.length;
    answer = (response) => response.writeHead(status, { location: `${upstream.origin}/elsewhere` }).end();
    const got = await call();
    assert.equal(got.status, 502);
    assert.equal(got.code, "destination_refused");
    assert.ok(!got.text.includes("elsewhere"));
    assert.equal(upstream.received.length, before + 1);
    assert.equal(got.event.cost_nanousd, "0");
  }
});

test("a provider that cannot be reached is 502, and the call released at no cost", async () => {
  const got = await call(elsewhere.closed);
  assert.equal(got.status, 502);
  assert.equal(got.code, "upstream_unreachable");
  assert.equal(got.event.outcome, "released");
  assert.equal(got.event.usage_source, "none");
  assert.equal(got.event.cost_nanousd, "0");
  const { spent, reserved } = await balanceOf(org, elsewhere.closed.id);
  assert.deepEqual([spent, reserved], [0n, 0n]);
});

test("an answer that is no HTTP is 502, and the call charged at its reservation, since it was sent", async () => {
  const got = await call(elsewhere.babbler);
  assert.equal(got.status, 502);
  assert.equal(got.code, "upstream_unreachable");
  assert.equal(got.event.outcome, "settled");
  assert.equal(got.event.usage_source, "estimated");
  assert.ok(BigInt(got.event.cost_nanousd) > 64n * 600n);
});

test("no header of the provider's passes but those listed, and none of the client's", async () => {
  answer = (response) => {
    response.writeHead(200, {
      "content-type": "application/json",
      "set-cookie": "session=1",
      "openai-organization": "org-secret",
      "x-ratelimit-remaining-requests": "9",
      server: "cloud",
    });
    response.end("{}");
  };
  const got = await fetch(`${origin}/openai/v1/chat/completions`, {
    method: "POST",
    headers: {
      ...openaiShape.headers(key.token),
      cookie: "a=b",
      "x-forwarded-for": "10.0.0.1",
      "openai-organization": "org-other",
      "openai-project": "proj-other",
      "x-api-key": "another",
    },
    body: JSON.stringify(openaiShape.body("hello")),
  });
  await got.arrayBuffer();
  assert.equal(got.headers.get("x-ratelimit-remaining-requests"), "9");
  for (const name of ["set-cookie", "openai-organization", "server"]) assert.equal(got.headers.get(name), null);
  const sent = upstream.received.at(-1);
  assert.deepEqual(
    Object.keys(sent?.headers ?? {}).sort(),
    [
      "accept",
      "accept-encoding",
      "authorization",
      "connection",
      "content-length",
      "content-type",
      "host",
      "user-agent",
      "x-client-request-id",
    ].sort(),
  );
  assert.equal(sent?.headers.authorization, `Bearer ${SECRET}`);
  assert.ok(!JSON.stringify(sent).includes(key.token));
});
