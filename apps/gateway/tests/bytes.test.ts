import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { after, before, test } from "node:test";
import type { OrganisationFixture } from "@meterr/database/testing";
import { gatewayFixture, type GatewayFixture } from "./support/gateway-fixture.ts";
import { heldUpstream, type HeldUpstream } from "./support/held-upstream.ts";
import { anthropicShape, googleShape, openaiShape, type ProviderShape } from "./support/provider-shapes.ts";

const TEXT = "Say something of bytes. sandbox:tokens=50 sandbox:cached=4";

let fixture: GatewayFixture;
let org: OrganisationFixture;
let upstream: HeldUpstream;
let origin: string;
let token: string;
/** What the upstream sends next, cut at random places. */
let replay: { type: string; bytes: Buffer };

before(async () => {
  fixture = await gatewayFixture();
  org = await fixture.database.createOrganisation();
  upstream = await heldUpstream((_call, response) => {
    response.writeHead(200, { "content-type": replay.type });
    for (let at = 0; at < replay.bytes.length;) {
      const end = at + randomInt(1, 40);
      response.write(replay.bytes.subarray(at, end));
      at = end;
    }
    response.end();
  });
  ({ origin } = await fixture.start({ allowedDestinations: [upstream.origin] }));
  const seal = (provider: ProviderShape["provider"]) =>
    fixture.sealSecret(org, { provider, secret: randomBytes(24).toString("hex"), destination: upstream.origin });
  const providerSecretIds = {
    openai: await seal("openai"),
    anthropic: await seal("anthropic"),
    google: await seal("google"),
  };
  ({ token } = await fixture.mint(org, { mode: "live", providerSecretIds }));
});
after(async () => {
  await fixture.close();
  await upstream.close();
});

interface Passage {
  readonly name: string;
  readonly shape: ProviderShape;
  readonly path: string;
  readonly body: string;
  /** What the gateway asks the provider for instead, when it must. */
  readonly asked?: string;
}

const openaiStream = { ...openaiShape.body(TEXT, { stream: true }) };
const withUsage = JSON.stringify({ ...openaiStream, stream_options: { include_usage: true } });
const passages: readonly Passage[] = [
  ...[openaiShape, anthropicShape, googleShape].map((shape) => ({
    name: `${shape.provider}, plain`,
    shape,
    path: shape.path(false),
    // Spacing and escapes of the client's own, which no re-serialisation would keep.
    body: ` ${JSON.stringify(shape.body(TEXT), null, 3).replace("bytes", "b\\u0079tes")}\n`,
  })),
  { name: "OpenAI, streamed with usage", shape: openaiShape, path: openaiShape.path(true), body: withUsage },
  {
    name: "OpenAI, streamed without usage",
    shape: openaiShape,
    path: openaiShape.path(true),
    body: JSON.stringify(openaiStream),
    asked: withUsage,
  },
  {
    name: "Anthropic, streamed",
    shape: anthropicShape,
    path: anthropicShape.path(true),
    body: JSON.stringify(anthropicShape.body(TEXT, { stream: true })),
  },
  {
    name: "Google, streamed as events",
    shape: googleShape,
    path: googleShape.path(true),
    body: JSON.stringify(googleShape.body(TEXT)),
  },
  {
    name: "Google, streamed as a JSON array",
    shape: googleShape,
    path: googleShape.path(true).replace("?alt=sse", ""),
    body: JSON.stringify(googleShape.body(TEXT)),
  },
];

for (const { name, shape, path, body, asked } of passages) {
  test(`${name}: request and answer pass byte for byte, but for what we added ourselves`, async () => {
    const method = "POST";
    const direct = await fetch(fixture.sandbox.origin + path, {
      method,
      headers: shape.headers("anything"),
      body: asked ?? body,
    });
    replay = {
      type: direct.headers.get("content-type") ?? "",
      bytes: Buffer.from(await direct.arrayBuffer()),
    };
    const through = await fetch(origin + path, { method, headers: shape.headers(token), body });
    const got = Buffer.from(await through.arrayBuffer()).toString("utf8");
    const sent = replay.bytes.toString("utf8");
    if (asked === undefined) {
      assert.equal(got, sent);
      assert.equal(upstream.received.at(-1)?.body, body);
      return;
    }
    const usageChunk = /data: \{[^\n]*"choices":\[\][^\n]*\n\n/;
    assert.match(sent, usageChunk);
    assert.equal(got, sent.replace(usageChunk, ""));
    assert.deepEqual(JSON.parse(upstream.received.at(-1)?.body ?? ""), JSON.parse(asked));
  });
}
