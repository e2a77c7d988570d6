import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { OrganisationFixture } from "@meterr/database/testing";
import { createToken } from "@meterr/vault";
import { pino } from "pino";
import { allSettled, eventually } from "./support/balance-of.ts";
import { gatewayFixture, type GatewayFixture } from "./support/gateway-fixture.ts";
import { ask, providerShapes } from "./support/provider-shapes.ts";
import { rawRequest } from "./support/raw-request.ts";

const PROMPT = `prompt${randomBytes(16).toString("hex")}`;

let fixture: GatewayFixture;
let org: OrganisationFixture;
let origin: string;
let logged = "";
/** Everything that must be found nowhere: its name, and the text. */
const canaries = new Map<string, string>();
/** All that the gateway answered. */
let answered = "";

before(async () => {
  fixture = await gatewayFixture({ maxStallMs: 200 });
  org = await fixture.database.createOrganisation();
  const log = pino({ level: "debug" }, { write: (line: string) => (logged += line) });
  ({ origin } = await fixture.start({ logLevel: "debug", upstreamHeadersTimeout: 700, upstreamIdleTimeout: 700 }, log));
});
after(() => fixture.close());

/** The forms in which a secret could slip out. */
function forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const aligned = [0, 1, 2].map((skip) =>
    bytes.subarray(skip, skip + Math.floor((bytes.length - skip) / 3) * 3).toString("base64"),
  );
  const url = aligned.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"));
  const escaped = [...secret].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join("");
  return [secret, bytes.toString("hex"), bytes.toString("hex").toUpperCase(), encodeURIComponent(secret), escaped]
    .concat(aligned, url)
    .concat(secret.slice(4, 16), secret.slice(-12));
}

function assertAbsent(where: string, text: string, names: readonly string[] = [...canaries.keys()]): void {
  for (const name of names) {
    for (const form of forms(canaries.get(name) ?? "")) {
      assert.ok(!text.includes(form), `${name} stands in ${where}`);
    }
  }
}

test("a call in every way it can go leaves neither secret, virtual key nor prompt behind", async () => {
  const sealed: Record<string, string> = {};
  for (const { provider } of providerShapes) {
    const secret = `sk-${randomBytes(24).toString("hex")}`;
    canaries.set(`the ${provider} provider secret`, secret);
    sealed[provider] = await fixture.sealSecret(org, { provider, secret });
  }
  const { token } = await fixture.mint(org, { providerSecretIds: sealed });
  const unknown = createToken("test", randomBytes).token;
  canaries.set("the virtual key", token).set("an unknown virtual key", unknown).set("the prompt", PROMPT);

  const ways = ["", "status=401-echo", "status=403-echo", "status=400-echo", "status=500-echo", "status=429"];
  const faults = ["garbage", "half-stream", "stall", "stall-before-headers", "no-usage", "error-event"];
  for (const shape of providerShapes) {
    for (const stream of [false, true]) {
      const calls = [...ways, ...faults].map(async (way) => {
        const answer = await ask(origin, shape, token, `${PROMPT} ${way === "" ? "" : `sandbox:${way}`}`, { stream });
        return JSON.stringify([...answer.headers]) + (await answer.text().catch(() => ""));
      });
      answered += (await Promise.all(calls)).join("\n");
    }
    const path = shape.path(false);
    const refused = [
      fetch(origin + path, { method: "POST", headers: shape.headers(unknown), body: "{}" }),
      fetch(origin + path, { method: "POST", headers: shape.headers(token), body: `{"${PROMPT}` }),
      fetch(`${origin}${path}${path.includes("?") ? "&" : "?"}key=${token}`, { headers: shape.headers(token) }),
      fetch(`${origin}${path}/${token}`, { headers: shape.headers(token) }),
      fetch(origin + path, {
        method: "DELETE",
        headers: { ...shape.headers(token), authorization: `Bearer ${unknown}` },
      }),
    ];
    for (const answer of await Promise.all(refused)) {
      answered += JSON.stringify([...answer.headers]) + (await answer.text());
    }
  }
  const broken = [`GET /${token} HTTP/1.1\r\nhost: ${token}\r\n\r\n`, `${token} ${PROMPT}\r\n\r\n`];
  for (const bytes of broken) answered += (await rawRequest(origin, bytes)).all;

  // Sealed rows that were tampered with: opening fails too.
  await fixture.database.pools.admin.query(
    "update meterr.provider_secret_versions set sealed = overlay(sealed placing 'AAAA' from length(sealed) - 40)",
  );
  for (const secretId of Object.values(sealed)) {
    await org.arrange((sql) => sql.query("select note_revocation($1, 'policy', $2)", [org.orgId, secretId]));
  }
  for (const shape of providerShapes) {
    await eventually(async () => {
      const answer = await ask(origin, shape, token, PROMPT);
      answered += await answer.text();
      return answer.status === 503;
    }, "the sealed secret is not opened");
  }
  await allSettled(org);
  // The sandbox repeats no prompt, and the gateway no secret.
  assertAbsent("an answer", answered);
});

test("nothing of it stands in the logs, at the most talkative level", () => {
  assert.match(logged, /gateway listening/);
  assertAbsent("the logs", logged);
});

test("nothing of it stands in the metrics, whose labels are closed sets", async () => {
  const metrics = await (await fetch(`${origin}/metrics`)).text();
  assert.match(metrics, /meterr_gateway_calls_total\{provider="openai",outcome="settled",usage_source="provider"\}/);
  assertAbsent("the metrics", metrics);
  assert.ok(!metrics.includes(org.orgId));
});

test("nothing of it stands in any table of the database, nor in the sandbox's own ledger", async () => {
  const { admin } = fixture.database.pools;
  const tables = await admin.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  let rows = 0;
  for (const { name } of tables.rows) {
    const found = await admin.query<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`);
    rows += found.rows.length;
    assertAbsent(name, found.rows.map(({ row }) => row).join("\n"));
  }
  assert.ok(rows > 50, "there was something to look through");
  assertAbsent("the sandbox's ledger", await fixture.sandbox.ledger());
});

test("nothing of it stands in any file of the gateway", async () => {
  const home = join(fixture.settings.keystoreDir, "..");
  const files = await readdir(home, { recursive: true, withFileTypes: true });
  let read = 0;
  for (const file of files) {
    if (!file.isFile()) continue;
    assertAbsent(file.name, await readFile(join(file.parentPath, file.name), "latin1"));
    read += 1;
  }
  assert.ok(read > 0);
});
