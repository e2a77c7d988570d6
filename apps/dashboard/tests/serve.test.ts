import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { freePorts } from "@meterr/database/testing";
import { pino } from "pino";
import { serve, type RunningDashboard } from "../src/serve.ts";
import type { DashboardSettings } from "../src/settings.ts";
import { compose, type Composed, type Organisation } from "./support/composed.ts";

let world: Composed;
let organisation: Organisation;
let dashboard: RunningDashboard;
let port: number;
let stopped = false;
const pagesAsked: string[] = [];
let pagesClosed = 0;

before(async () => {
  world = await compose();
  organisation = await world.organisation();
  [port = 0] = await freePorts(1);
  const settings: DashboardSettings = { ...world.settings, port, publicUrl: `http://127.0.0.1:${port}` };
  dashboard = await serve(settings, pino({ level: "silent" }), async () => ({
    async listener(incoming, outgoing) {
      pagesAsked.push(incoming.url ?? "");
      outgoing.end("a page");
    },
    async close() {
      pagesClosed += 1;
    },
  }));
});
after(async () => {
  if (!stopped) await dashboard?.stop();
  await world?.close();
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** With the Host header a test wants, which fetch does not let it choose. */
async function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array } = {},
): Promise<Answer> {
  const { method = "GET", headers = {}, body } = options;
  const sent = httpRequest({ host: "127.0.0.1", port, path, method, headers, agent: false });
  // A refusal before the body is read may cut the writing of it.
  sent.on("error", () => undefined);
  const answered = once(sent, "response");
  sent.end(body);
  const [response] = await answered;
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, text, headers: response.headers };
}

const authorised = (): Record<string, string> => ({ authorization: `Bearer ${organisation.tokens.owner}` });

test("it answers to the names it is told and their port, in any case", async () => {
  for (const host of ["127.0.0.1", "LOCALHOST", "localhost", `localhost:${port}`, `127.0.0.1:${port}`]) {
    assert.equal((await ask("/api/v1/me", { headers: { host, ...authorised() } })).status, 200, host);
  }
});

for (const host of ["evil.example", "127.0.0.1:1", "localhost.evil.example", "localhost@evil.example", "[::1]", "."]) {
  test(`it does not answer to the host ${host}, on any path`, async () => {
    const seen = pagesAsked.length;
    for (const path of ["/api/v1/me", "/api/auth/get-session", "/healthz", "/", "/overview"]) {
      const answer = await ask(path, { headers: { host, ...authorised() } });
      assert.equal(answer.status, 421, path);
    }
    assert.equal(pagesAsked.length, seen);
  });
}

test("a request without a Host, or with two, is refused", async () => {
  for (const lines of [[], ["Host: 127.0.0.1", "Host: evil.example"]]) {
    const socket = connect(port, "127.0.0.1");
    socket.end(["GET /api/v1/me HTTP/1.1", ...lines, "connection: close", "", ""].join("\r\n"));
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    assert.match(text, /^HTTP\/1\.1 4\d\d /);
  }
});

test("a forwarded host changes nothing", async () => {
  const headers = { host: "evil.example", "x-forwarded-host": "localhost", forwarded: "host=localhost" };
  assert.equal((await ask("/api/v1/me", { headers })).status, 421);
});

test("a body beyond the bound is refused by what it declares, and by what it sends when it declares nothing", async () => {
  const big = Buffer.alloc(2 * 1024 * 1024, 0x20);
  const headers = { "content-type": "application/json", ...authorised() };
  for (const length of [{ "content-length": String(big.length) }, { "transfer-encoding": "chunked" }]) {
    const before = await world.fingerprint();
    const sent = await ask("/api/v1/token-count", { method: "POST", headers: { ...headers, ...length }, body: big });
    assert.equal(sent.status, 413, sent.text);
    assert.equal(await world.fingerprint(), before);
  }
});

test("a body that lies about its length is no request", async () => {
  const socket = connect(port, "127.0.0.1");
  socket.write(
    [
      "POST /api/v1/api-tokens HTTP/1.1",
      "Host: 127.0.0.1",
      `Authorization: Bearer ${organisation.tokens.owner}`,
      "Content-Type: application/json",
      "Content-Length: 5",
      "Transfer-Encoding: chunked",
      "",
      "0",
      "",
      "",
    ].join("\r\n"),
  );
  socket.end();
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  assert.match(text, /^HTTP\/1\.1 400 /);
});

test("a body of another encoding, or on a question, is refused", async () => {
  const headers = { "content-type": "application/json", ...authorised() };
  const gzip = await ask("/api/v1/api-tokens", {
    method: "POST",
    headers: { ...headers, "content-encoding": "gzip" },
    body: "{}",
  });
  assert.equal(gzip.status, 415, gzip.text);
  const question = await ask("/api/v1/members", { headers: { ...headers, "content-length": "2" }, body: "{}" });
  assert.equal(question.status, 400, question.text);
});

test("addresses that two programs would read differently are refused", async () => {
  for (const path of ["/api/v1/../v1/me", "//api/v1/me", "/api\\v1\\me", "/api/v1/%2e%2e/v1/me", "/x/../api/v1/me"]) {
    const answer = await ask(path, { headers: authorised() });
    assert.ok(answer.status === 400 || answer.status === 404, `${path} answered ${answer.status}`);
  }
});

test("no route of the API reaches the pages, and no page reaches a route", async () => {
  const seen = pagesAsked.length;
  for (const path of ["/api", "/api/v1/nothing", "/api/auth/organization/list", "/api/auth/admin/list-users"]) {
    assert.equal((await ask(path, { headers: authorised() })).status, 404, path);
  }
  assert.equal(pagesAsked.length, seen);
  assert.equal((await ask("/overview")).text, "a page");
});

test("a page only reads: a write to one never reaches the pages' framework", async () => {
  const seen = pagesAsked.length;
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"]) {
    const answer = await ask("/overview", { method, headers: { "next-action": "x", "content-length": "0" } });
    assert.equal(answer.status, 405, method);
  }
  assert.equal(pagesAsked.length, seen);
});

test("other origins get no permission to read, and pages no frame around them", async () => {
  const origin = "https://evil.example";
  for (const path of ["/api/v1/me", "/api/auth/get-session", "/overview"]) {
    for (const method of ["GET", "OPTIONS"]) {
      const { headers } = await ask(path, {
        method,
        headers: { origin, "access-control-request-method": "POST", ...(method === "GET" ? authorised() : {}) },
      });
      for (const name of Object.keys(headers)) assert.doesNotMatch(name, /^access-control-/, `${method} ${path}`);
    }
  }
  const { headers } = await ask("/overview");
  assert.equal(headers["x-frame-options"], "DENY");
  assert.match(String(headers["content-security-policy"]), /frame-ancestors 'none'/);
});

test("each page has a nonce of its own", async () => {
  const nonces = new Set<string | undefined>();
  for (let count = 0; count < 5; count += 1) {
    const policy = String((await ask("/overview")).headers["content-security-policy"]);
    nonces.add(/'nonce-([^']{20,})'/.exec(policy)?.[1]);
  }
  assert.equal(nonces.size, 5);
  assert.ok(!nonces.has(undefined));
});

test("an address claimed by a header is not written down: no proxy is configured", async () => {
  const body = JSON.stringify({ name: "from afar" });
  const headers = { ...authorised(), "content-type": "application/json", "x-forwarded-for": "203.0.113.9" };
  const answer = await ask("/api/v1/api-tokens", { method: "POST", headers, body });
  assert.equal(answer.status, 201, answer.text);
  const { rows } = await world.database.pools.admin.query<{ address: string }>(
    "select distinct address from meterr.audit_log_entries where org_id = $1",
    [organisation.orgId],
  );
  assert.deepEqual(rows, [{ address: "127.0.0.1" }]);
});

test("a session signed in over HTTP is a cookie that scripts cannot read and other sites cannot send", async () => {
  const { email, password } = world.ada;
  const headers = { "content-type": "application/json", origin: `http://127.0.0.1:${port}` };
  const answer = await ask("/api/auth/sign-in/email", {
    method: "POST",
    headers,
    body: JSON.stringify({ email, password }),
  });
  assert.equal(answer.status, 200, answer.text);
  const cookie = [answer.headers["set-cookie"]].flat().find((line) => line?.includes("session_token"));
  assert.match(cookie ?? "", /HttpOnly/i);
  assert.match(cookie ?? "", /SameSite=(Lax|Strict)/i);
  assert.match(cookie ?? "", /Path=\//i);
  const token = /=([^;.%]+)/.exec(cookie ?? "")?.[1] ?? "none";
  assert.ok(!answer.text.includes(token), "the body holds the session's token");
});

test("healthz is 200 while the database answers, 503 when it is gone, and 200 again when it is back", async () => {
  const healthy = await ask("/healthz");
  assert.deepEqual([healthy.status, JSON.parse(healthy.text)], [200, { status: "ok" }]);
  await world.databaseLink.cut();
  try {
    const ill = await ask("/healthz");
    assert.equal(ill.status, 503);
    assert.doesNotMatch(ill.text, /ECONN|ENOENT|PGSQL|\//);
  } finally {
    await world.databaseLink.mend();
  }
  assert.equal((await ask("/healthz")).status, 200);
});

test("stopping lets a request under way finish, takes no new one, and closes the pages", async () => {
  const name = randomBytes(4).toString("hex");
  const body = JSON.stringify({ name });
  const sent = httpRequest({
    host: "127.0.0.1",
    port,
    path: "/api/v1/api-tokens",
    method: "POST",
    agent: false,
    headers: { ...authorised(), "content-type": "application/json", "content-length": String(body.length) },
  });
  const answered = once(sent, "response");
  sent.write(body.slice(0, 3));
  await once(sent, "socket");
  // Its first bytes have been taken in once another request is answered after them.
  await ask("/healthz");
  const stopping = dashboard.stop();
  stopped = true;
  await assert.rejects(once(connect(port, "127.0.0.1"), "connect"), { code: "ECONNREFUSED" });
  sent.end(body.slice(3));
  const [response] = await answered;
  response.resume();
  assert.equal(response.statusCode, 201);
  await stopping;
  assert.equal(pagesClosed, 1);
});
