import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { OrganisationFixture } from "@meterr/database/testing";
import { fronts } from "../src/fronts/find-front.ts";
import { findEndpoint } from "../src/fronts/find-endpoint.ts";
import { eventually } from "./support/balance-of.ts";
import { gatewayFixture, type GatewayFixture } from "./support/gateway-fixture.ts";
import { heldUpstream, type HeldUpstream } from "./support/held-upstream.ts";
import { providerShapes } from "./support/provider-shapes.ts";

let fixture: GatewayFixture;
let org: OrganisationFixture;
let upstream: HeldUpstream;
let origin: string;
let token: string;
let keyId: string;
/** Open admissions of the call, as the database had them when the provider received it. */
const seen: number[] = [];

before(async () => {
  fixture = await gatewayFixture();
  org = await fixture.database.createOrganisation();
  upstream = await heldUpstream((call, response) => {
    const id = call.headers["x-client-request-id"];
    fixture.database.pools.admin
      .query("select from meterr.admissions where id::text = $1", [id])
      .then(({ rowCount }) => {
        seen.push(rowCount ?? 0);
        response.writeHead(200, { "content-type": "application/json" }).end("{}");
      })
      .catch(() => response.destroy());
  });
  const seal = (provider: "openai" | "anthropic" | "google") =>
    fixture.sealSecret(org, { provider, secret: randomBytes(24).toString("hex"), destination: upstream.origin });
  const providerSecretIds = {
    openai: await seal("openai"),
    anthropic: await seal("anthropic"),
    google: await seal("google"),
  };
  ({ token, id: keyId } = await fixture.mint(org, { mode: "live", providerSecretIds }));
  ({ origin } = await fixture.start({ allowedDestinations: [upstream.origin] }));
  // The key service's own calls, which act for no virtual key, are known for what they are and counted apart.
  await eventually(async () => upstream.secretChecks.length === 3, "each fresh provider secret is tried");
});
after(async () => {
  await fixture.close();
  await upstream.close();
});

/** Paths a client might try, listed or not: the gateway itself says which of them it would dispatch. */
const candidates = (
  "/chat/completions /completions /responses /responses/resp_1 /responses/resp_1/cancel /embeddings /models " +
  "/models/gpt-4o-mini /batches /files /fine_tuning/jobs /images/generations /moderations /audio/speech " +
  "/audio/transcriptions /realtime/sessions /assistants /threads /vector_stores /organization/costs " +
  "/organization/admin_api_keys /uploads /evals /containers /videos " +
  "/v1/messages /v1/messages/count_tokens /v1/messages/batches /v1/complete /v1/files /v1/models " +
  "/v1/models/claude-haiku-4-5 /v1/organizations/api_keys /v1/skills " +
  "/v1beta/models /v1beta/models/gemini-2.5-flash /v1/models/gemini-2.5-flash:generateContent " +
  "/v1beta/models/gemini-2.5-flash:generateContent /v1beta/models/gemini-2.5-flash:streamGenerateContent " +
  "/v1beta/models/gemini-2.5-flash:countTokens /v1beta/models/gemini-2.5-flash:embedContent " +
  "/v1beta/models/gemini-2.5-flash:batchEmbedContents /v1beta/models/gemini-2.5-flash:predict " +
  "/v1beta/cachedContents /v1beta/files /v1beta/tunedModels /upload/v1beta/files /v1beta/batches"
).split(" ");

test("every endpoint that is dispatched at all has its admission committed before the provider hears of it", async () => {
  const dispatchable: { url: string; method: string; shape: (typeof providerShapes)[number] }[] = [];
  for (const front of fronts) {
    const shape = providerShapes.find(({ provider }) => provider === front.provider);
    assert.ok(shape !== undefined);
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]) {
      for (const path of candidates) {
        try {
          findEndpoint(front, path, method);
          dispatchable.push({ url: front.basePath + path, method, shape });
        } catch {
          const refused = await fetch(origin + front.basePath + path, { method, headers: shape.headers(token) });
          await refused.arrayBuffer();
          assert.ok([404, 405].includes(refused.status), `${method} ${front.basePath}${path}: ${refused.status}`);
        }
      }
    }
  }
  assert.equal(upstream.received.length, 0, "nothing outside the closed table went upstream");
  assert.ok(dispatchable.length >= 12);
  for (const { url, method, shape } of dispatchable) {
    const model = url.endsWith("/embeddings") ? "text-embedding-3-small" : shape.model;
    const content = { ...shape.body("hello"), ...(shape.provider === "google" ? {} : { model, input: "hello" }) };
    const body = method === "POST" ? JSON.stringify(content) : null;
    const answer = await fetch(origin + url, { method, headers: shape.headers(token), body });
    await answer.arrayBuffer();
    assert.equal(answer.status, 200, `${method} ${url}`);
  }
  assert.equal(upstream.received.length, dispatchable.length);
  assert.deepEqual(
    seen,
    Array.from({ length: dispatchable.length }, () => 1),
  );
  const ids = upstream.received.map((call) => call.headers["x-client-request-id"]);
  assert.equal(new Set(ids).size, ids.length);
  await eventually(async () => {
    const found = await org.arrange((sql) =>
      sql.query("select from events where org_id = $1 and virtual_key_id = $2 and id::text = any($3)", [
        org.orgId,
        keyId,
        ids,
      ]),
    );
    return found.rowCount === ids.length;
  }, "each has exactly one terminal row");
});

test("in the source, calls are dispatched in one place, behind the admission", () => {
  const root = join(import.meta.dirname, "../src");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const holding = (needle: RegExp): string[] =>
    files.filter((file) => needle.test(readFileSync(join(root, file), "utf8"))).sort();
  assert.deepEqual(holding(/\.dispatch\(/), ["calls/dispatch-call.ts"]);
  assert.deepEqual(holding(/import \{[^}]*\bdispatchCall\b/), ["calls/handle-call.ts"]);
  assert.deepEqual(holding(/import \{[^}]*\badmitCall\b/), ["calls/with-admission.ts"]);
  // The key service's own check of a secret lists models, which costs nothing and acts for no virtual key.
  assert.deepEqual(holding(/outbound\.request\(/), ["provider-secrets/check-provider-secrets.ts"]);
  assert.deepEqual(holding(/\bfetch\(|\brequest\(\s*\{|from "undici"/), [
    "calls/upstream-call.ts",
    "provider-secrets/check-provider-secrets.ts",
  ]);
});
