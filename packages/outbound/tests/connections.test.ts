import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { assembleOutbound } from "../src/create-outbound.ts";
import type { Outbound, OutboundOptions, Resolver } from "../src/index.ts";
import { selfSigned } from "./certificate.ts";
import { httpsUpstream } from "./upstream.ts";

// Loopback stands in for the internet: 127.0.0.1 plays a public address, 127.0.0.2 a private one.
const PUBLIC = "127.0.0.1";
const PRIVATE = "127.0.0.2";
const NAME = "provider.example";

function outboundFor(t: TestContext, options: OutboundOptions): Outbound {
  const outbound = assembleOutbound(options, (address) => address === PUBLIC);
  t.after(() => outbound.destroy());
  return outbound;
}

async function fetchText(outbound: Outbound, origin: string): Promise<string> {
  const { body } = await outbound.request({ origin, path: "/", method: "GET" });
  return body.text();
}

/** Answers in turn, the last for ever; counts how often it was asked. */
function answers(...addresses: readonly string[]): { resolver: Resolver; asked: () => number } {
  let asked = 0;
  const resolver: Resolver = async () => {
    const address = addresses[Math.min(asked, addresses.length - 1)] ?? PUBLIC;
    asked += 1;
    return [{ address, family: 4 }];
  };
  return { resolver, asked: () => asked };
}

test("a name that turns private after its first answer is connected to where it was checked, then refused", async (t) => {
  const tls = selfSigned({ dns: [NAME] });
  const upstream = await httpsUpstream(t, tls, (_, response) =>
    response.setHeader("connection", "close").end("public"),
  );
  const inside = await httpsUpstream(t, tls, (_, response) => response.end("private"), upstream.port, PRIVATE);
  const { resolver, asked } = answers(PUBLIC, PRIVATE);
  const outbound = outboundFor(t, { resolver, ca: tls.cert });
  const origin = `https://${NAME}:${upstream.port}`;

  assert.equal(await fetchText(outbound, origin), "public");
  assert.equal(asked(), 1, "the checked answer is the one connected to: nobody asks again");
  await assert.rejects(fetchText(outbound, origin), { code: "destination_refused", dispatched: false });
  assert.equal(asked(), 2, "every new connection is checked");
  assert.equal(inside.connections(), 0);
});

test("a kept connection serves further calls without another look-up", async (t) => {
  const tls = selfSigned({ dns: [NAME] });
  const upstream = await httpsUpstream(t, tls, (_, response) => response.end("public"));
  const { resolver, asked } = answers(PUBLIC);
  const outbound = outboundFor(t, { resolver, ca: tls.cert });
  for (let call = 0; call < 5; call += 1) {
    assert.equal(await fetchText(outbound, `https://${NAME}:${upstream.port}`), "public");
  }
  assert.ok(upstream.connections() < 5, "connections are kept");
  assert.equal(asked(), upstream.connections(), "each was looked up once, when it was made");
});

const UNTRUSTED: Record<
  string,
  { reason: RegExp; ca: (cert: string) => OutboundOptions; names: Parameters<typeof selfSigned>[0] }
> = {
  "a certificate nobody vouches for": { reason: /SELF_SIGNED/, ca: () => ({}), names: { dns: [NAME] } },
  "a certificate for another name": {
    reason: /ALTNAME/,
    ca: (cert) => ({ ca: cert }),
    names: { dns: ["other.example"] },
  },
  "a certificate for the address only": { reason: /ALTNAME/, ca: (cert) => ({ ca: cert }), names: { ipv4: [PUBLIC] } },
};

for (const [what, { reason, ca, names }] of Object.entries(UNTRUSTED)) {
  test(`${what} is refused before a byte of the request is written, whatever the environment says`, async (t) => {
    const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    t.after(() => {
      if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
      else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
    });
    const tls = selfSigned(names);
    let requests = 0;
    const upstream = await httpsUpstream(t, tls, (_, response) => {
      requests += 1;
      response.end();
    });
    const outbound = outboundFor(t, { resolver: answers(PUBLIC).resolver, ...ca(tls.cert) });
    await assert.rejects(fetchText(outbound, `https://${NAME}:${upstream.port}`), (error: { reason: string }) => {
      assert.match(error.reason, reason);
      return Reflect.get(error, "code") === "upstream_unreachable" && Reflect.get(error, "dispatched") === false;
    });
    assert.equal(requests, 0);
  });
}

test("TLS below 1.2 is refused", async (t) => {
  const tls = selfSigned({ dns: [NAME] });
  const old = { ...tls, minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
  const upstream = await httpsUpstream(t, old, (_, response) => response.end("old"));
  const outbound = outboundFor(t, { resolver: answers(PUBLIC).resolver, ca: tls.cert });
  await assert.rejects(fetchText(outbound, `https://${NAME}:${upstream.port}`), {
    code: "upstream_unreachable",
    dispatched: false,
  });
});

test("the certificate of an address as written is verified against that address", async (t) => {
  const tls = selfSigned({ ipv4: [PUBLIC] });
  const upstream = await httpsUpstream(t, tls, (_, response) => response.end("by address"));
  const outbound = outboundFor(t, { ca: tls.cert });
  assert.equal(await fetchText(outbound, `https://${PUBLIC}:${upstream.port}`), "by address");
});
