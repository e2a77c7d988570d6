import assert from "node:assert/strict";
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { after, before, test } from "node:test";
import { addressOfMessage } from "../src/http/address-of-message.ts";
import { pageListener } from "../src/http/page-listener.ts";

interface Reached {
  readonly headers: IncomingHttpHeaders;
  readonly address: string;
}

const reached: Reached[] = [];
let visitor = "";
let nonce = 0;
const server = createServer(
  pageListener({
    hosts: ["meterr.test", "other.test"],
    home: new URL("https://meterr.test:3000"),
    https: true,
    nonce: () => `nonce-${(nonce += 1)}`,
    addressOf: addressOfMessage([]),
    asVisitor: (address, work) => {
      visitor = address;
      return work();
    },
    pages: (incoming, outgoing) => {
      if (incoming.url === "/fails") return Promise.reject(new Error("planted internal"));
      reached.push({ headers: { ...incoming.headers }, address: visitor });
      outgoing.end("page");
      return Promise.resolve();
    },
    report: () => undefined,
  }),
);
let port = 0;
before(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (typeof address === "object" && address !== null) ({ port } = address);
});
after(() => {
  server.closeAllConnections();
  server.close();
});

function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<IncomingMessage & { text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port,
        host: "127.0.0.1",
        path,
        method: options.method ?? "GET",
        headers: { host: "meterr.test", ...options.headers },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("end", () => resolve(Object.assign(response, { text })));
      },
    );
    sent.on("error", reject);
    sent.end();
  });
}

test("another name in Host is refused before a page is made", async () => {
  const before = reached.length;
  for (const host of ["evil.test", "meterr.test:1", "meterr.test.evil.test", ""]) {
    assert.equal((await ask("/", { headers: { host } })).statusCode, 421, host);
  }
  assert.equal(reached.length, before);
});

test("a visitor by another name of this machine is sent to the one where sign-in works", async () => {
  const before = reached.length;
  const sent = await ask("/requests?mode=test", { headers: { host: "other.test" } });
  assert.equal(sent.statusCode, 307);
  assert.equal(sent.headers.location, "https://meterr.test:3000/requests?mode=test");
  assert.equal(reached.length, before);
});

test("nothing is posted to a page", async () => {
  const before = reached.length;
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]) {
    const answer = await ask("/", { method, headers: { "next-action": "x" } });
    assert.equal(answer.statusCode, 405, method);
    assert.equal(answer.headers.allow, "GET, HEAD");
  }
  assert.equal(reached.length, before);
});

test("an address that two programs could read differently is refused", async () => {
  for (const path of ["/a/../b", "/a\\b", "//evil.test/", "/%2e%2e/b"]) {
    assert.equal((await ask(path)).statusCode, 400, path);
  }
});

test("every answer forbids frames, sniffing and inline scripts, and each page has a nonce of its own", async () => {
  const [first, second] = [await ask("/"), await ask("/")];
  for (const answer of [
    first,
    await ask("/", { method: "POST" }),
    await ask("/", { headers: { host: "evil.test" } }),
  ]) {
    assert.equal(answer.headers["x-frame-options"], "DENY");
    assert.equal(answer.headers["x-content-type-options"], "nosniff");
    assert.equal(answer.headers["referrer-policy"], "no-referrer");
    assert.match(answer.headers["strict-transport-security"] ?? "", /max-age=31536000/);
    assert.match(String(answer.headers["content-security-policy"]), /frame-ancestors 'none'/);
  }
  const policies = [first, second].map((answer) => String(answer.headers["content-security-policy"]));
  assert.notEqual(policies[0], policies[1]);
  for (const policy of policies) assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|\*|http:/);
});

test("a client cannot speak in the framework's or a proxy's headers", async () => {
  await ask("/", {
    headers: {
      "x-middleware-subrequest": "src/middleware",
      "x-invoke-path": "/admin",
      "x-nextjs-data": "1",
      "x-forwarded-for": "198.51.100.1",
      "x-forwarded-host": "evil.test",
      "content-security-policy": "script-src 'nonce-mine'",
      rsc: "1",
    },
  });
  const { headers, address } = reached.at(-1) ?? { headers: {}, address: "" };
  assert.deepEqual(
    Object.keys(headers).filter((name) => name.startsWith("x-")),
    [],
  );
  assert.equal(headers["rsc"], "1");
  assert.doesNotMatch(String(headers["content-security-policy"]), /nonce-mine/);
  assert.equal(address, "127.0.0.1");
});

test("a page that fails says nothing of why", async () => {
  const answer = await ask("/fails");
  assert.equal(answer.statusCode, 500);
  assert.doesNotMatch(answer.text, /planted/);
});
