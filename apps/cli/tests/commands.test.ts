import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { freePorts } from "@meterr/database/testing";
import { moment, runCommand } from "./support/run-command.ts";
import { scratch } from "./support/scratch.ts";
import { stubApi } from "./support/stub-api.ts";

const random = () => randomBytes(16).toString("hex");

describe("setup", () => {
  const options = [
    "setup",
    "--email",
    "ann@example.com",
    "--name",
    "Ann",
    "--organisation",
    "Acme",
    "--password-stdin",
  ];

  test("it takes the one-time token from the home, keeps the operator credential 0600, and prints neither", async (t) => {
    const [home, token, apiToken, password] = [join(scratch(t), "home"), random(), random(), random()];
    mkdirSync(join(home, "secrets"), { recursive: true });
    const tokenFile = join(home, "secrets", "setup-token");
    writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
    const api = await stubApi(t, () => ({
      status: 201,
      body: { organisation: { id: "o1", name: "Acme" }, member: { id: "m1" }, api_token: apiToken },
    }));
    const ran = await runCommand([...options, "--json"], {
      env: { METERR_HOME: home, METERR_URL: api.origin },
      stdin: `${password}\n`,
    });
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(api.seen[0]?.body, {
      setup_token: token,
      organisation: "Acme",
      name: "Ann",
      email: "ann@example.com",
      password,
      operator_token: true,
    });
    const operator = join(home, "operator.json");
    assert.equal(statSync(operator).mode & 0o777, 0o600);
    assert.deepEqual(JSON.parse(readFileSync(operator, "utf8")), { url: api.origin, api_token: apiToken });
    assert.ok(!existsSync(tokenFile));
    for (const secret of [token, apiToken, password]) assert.ok(!`${ran.out}${ran.err}`.includes(secret));
    assert.equal((JSON.parse(ran.out) as { member: { id: string } }).member.id, "m1");
  });

  test("a refused setup keeps the one-time token for another try", async (t) => {
    const home = join(scratch(t), "home");
    mkdirSync(join(home, "secrets"), { recursive: true });
    writeFileSync(join(home, "secrets", "setup-token"), random(), { mode: 0o600 });
    const body = {
      title: "Invalid input",
      detail: "The password is too short.",
      code: "invalid_input",
      request_id: "req-1",
      errors: [{ path: "password" }],
    };
    const api = await stubApi(t, () => ({ status: 400, body }));
    const ran = await runCommand(options, { env: { METERR_HOME: home, METERR_URL: api.origin }, stdin: "x" });
    assert.equal(ran.code, 3);
    assert.match(ran.err, /The password is too short\. \(password\)/);
    assert.match(ran.err, /request req-1/);
    assert.ok(existsSync(join(home, "secrets", "setup-token")));
    assert.ok(!existsSync(join(home, "operator.json")));
  });

  test("without a one-time token it says how to get one", async (t) => {
    const ran = await runCommand(options, { env: { METERR_HOME: join(scratch(t), "home") }, stdin: "x" });
    assert.equal(ran.code, 2);
    assert.match(ran.err, /There is no one-time token .*\n.*npx meterr up/);
  });
});

describe("commands", () => {
  test("a provider secret travels from standard input into the body, and nowhere else", async (t) => {
    const [secret, token] = [random(), random()];
    const body = {
      id: "s1",
      provider: "openai",
      name: "main",
      hint: "…abcd",
      status: "unverified",
      simulated: true,
      destination: "x",
      created_at: "2026-11-22T12:00:00Z",
    };
    const api = await stubApi(t, () => ({ status: 201, body }));
    const env = { METERR_URL: api.origin, METERR_API_TOKEN: token };
    const ran = await runCommand(
      ["provider-secrets", "add", "--provider", "openai", "--name", "main", "--sandbox", "--secret-stdin"],
      { env, stdin: `${secret}\n` },
    );
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(api.seen[0], {
      method: "POST",
      url: "/api/v1/provider-secrets",
      authorization: `Bearer ${token}`,
      body: { provider: "openai", name: "main", secret, sandbox: true },
    });
    assert.ok(!`${ran.out}${ran.err}`.includes(secret) && !`${ran.out}${ran.err}`.includes(token));
  });

  test("a secret on the command line is not understood", async () => {
    const ran = await runCommand(["provider-secrets", "add", "--provider", "openai", "--secret", "x"], { env: {} });
    assert.equal(ran.code, 2);
    assert.match(ran.err, /unknown option '--secret'/);
  });

  test("a virtual key's limit stays an exact decimal, its mode and its end are sent, and it is shown once", async (t) => {
    const key = random();
    const api = await stubApi(t, () => ({
      status: 201,
      body: {
        id: "k1",
        name: "app",
        mode: "test",
        key,
        display: "mtr_test_abc",
        limit_usd: "0.01",
        providers: ["openai"],
        created_at: "2026-11-22T12:00:00Z",
      },
    }));
    const env = { METERR_URL: api.origin, METERR_API_TOKEN: random() };
    const args = [
      "virtual-keys",
      "create",
      "--name",
      "app",
      "--limit-usd",
      "0.01",
      "--test",
      "--models",
      "gpt-4o, gpt-4o-mini",
    ];
    const ran = await runCommand([...args, "--expires-in", "30d", "--provider-secret", "openai=s1"], { env });
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(api.seen[0]?.body, {
      name: "app",
      mode: "test",
      limit_usd: "0.01",
      allowed_models: ["gpt-4o", "gpt-4o-mini"],
      expires_at: new Date(moment.getTime() + 30 * 86_400_000).toISOString(),
      provider_secret_ids: { openai: "s1" },
    });
    assert.equal(ran.out.split(key).length, 2);
  });

  test("lists are aligned tables without colour when piped, with a hint to the next page on stderr", async (t) => {
    const event = {
      id: "e1",
      occurred_at: "2026-11-22T11:59:58.123Z",
      provider: "openai",
      model_requested: "gpt-4o-mini",
      model_served: "gpt-4o-mini-2024-07-18",
      outcome: "settled",
      usage_source: "provider",
      simulated: true,
      usage: { input: 12, cache_read: 3, output: 7, reasoning: 0 },
      cost_nanousd: "6000",
    };
    const api = await stubApi(t, () => ({ status: 200, body: { items: [event], next_cursor: "c2" } }));
    const env = { METERR_URL: api.origin, METERR_API_TOKEN: random() };
    const ran = await runCommand(["usage", "list", "--limit", "1", "--since", "24h"], { env });
    assert.equal(ran.code, 0, ran.err);
    assert.equal(api.seen[0]?.url, "/api/v1/usage/events?limit=1&since=2026-11-21T12%3A00%3A00.000Z");
    assert.equal(
      ran.out,
      [
        "WHEN (UTC)           PROVIDER  MODEL                   IN  OUT       COST  OUTCOME  USAGE FROM  MODE",
        "2026-11-22 11:59:58  openai    gpt-4o-mini-2024-07-18  15    7  $0.000006  settled  provider    simulated",
        "",
      ].join("\n"),
    );
    assert.match(ran.err, /--cursor c2/);
    const json = await runCommand(["usage", "list", "--json"], { env });
    assert.deepEqual(JSON.parse(json.out), { items: [event], next_cursor: "c2" });
    assert.equal(json.err, "");
  });

  test("a summary shows each group and their total", async (t) => {
    const sums = {
      requests: 2,
      failed: 0,
      input_tokens: 20,
      cached_tokens: 0,
      output_tokens: 9,
      cost_nanousd: "12000000",
    };
    const body = { total: sums, groups: [{ id: "gpt-4o", name: "gpt-4o", ...sums }], days: [], by: "model" };
    const api = await stubApi(t, () => ({ status: 200, body }));
    const env = { METERR_URL: api.origin, METERR_API_TOKEN: random() };
    const ran = await runCommand(["usage", "summary", "--by", "model", "--days", "7", "--test"], { env });
    assert.equal(api.seen[0]?.url, "/api/v1/usage/summary?by=model&days=7&simulated=true");
    assert.equal(
      ran.out,
      "MODEL   CALLS  FAILED  IN  CACHED  OUT    COST\ngpt-4o      2       0  20       0    9  $0.012\ntotal       2       0  20       0    9  $0.012\n",
    );
  });

  test("a summary without live calls does not say that there were none", async (t) => {
    const api = await stubApi(t, () => ({ status: 200, body: { total: null, groups: [], days: [], by: "model" } }));
    const ran = await runCommand(["usage", "summary"], { env: { METERR_URL: api.origin, METERR_API_TOKEN: random() } });
    assert.equal(ran.out, "No live call in this time; --test shows test mode's.\n");
  });

  test("names from the server cannot drive the terminal", async (t) => {
    const item = { id: "s1", provider: "openai", name: "\u001b[2Jx\u202e", hint: null, status: "working" };
    const api = await stubApi(t, () => ({ status: 200, body: { items: [item], next_cursor: null } }));
    const ran = await runCommand(["provider-secrets", "list"], {
      env: { METERR_URL: api.origin, METERR_API_TOKEN: random() },
    });
    assert.match(ran.out, /\?\[2Jx\?/);
    assert.ok(!/[\u001b\u202e]/.test(ran.out));
  });
});

describe("failures", () => {
  const refusals: [number, RegExp][] = [
    [401, /set METERR_API_TOKEN/],
    [403, /ask an owner or admin/],
    [404, /Check the id/],
    [429, /Try again in 7 s/],
    [500, /with the request id/],
  ];
  for (const [status, next] of refusals) {
    test(`an answer of ${status} ends with 3, the request id and what to do`, async (t) => {
      const api = await stubApi(t, () => ({
        status,
        body: { title: "No", code: "some_code", request_id: "req-9" },
        headers: { "retry-after": "7" },
      }));
      const env = { METERR_URL: api.origin, METERR_API_TOKEN: random() };
      const ran = await runCommand(["usage", "list"], { env });
      assert.equal(ran.code, 3);
      assert.match(ran.err, next);
      assert.match(ran.err, /request req-9/);
      const json = await runCommand(["usage", "list", "--json"], { env });
      const { error } = JSON.parse(json.err) as { error: Record<string, unknown> };
      assert.deepEqual([error["status"], error["server_code"], error["request_id"]], [status, "some_code", "req-9"]);
      assert.equal(json.out, "");
    });
  }

  test("setting up twice says where the command gets its credential", async (t) => {
    const api = await stubApi(t, () => ({ status: 409, body: { detail: "Owned.", code: "setup_completed" } }));
    const ran = await runCommand(["usage", "list"], { env: { METERR_URL: api.origin, METERR_API_TOKEN: random() } });
    assert.match(ran.err, /Mint an API token in the dashboard/);
  });

  test("the gateway's address in METERR_URL is told from an id that is not there", async (t) => {
    const api = await stubApi(t, () => ({ status: 404, body: { title: "not_found", detail: "Nothing is here." } }));
    const ran = await runCommand(["usage", "list"], { env: { METERR_URL: api.origin, METERR_API_TOKEN: random() } });
    assert.match(ran.err, /set METERR_URL to the dashboard's address/);
    assert.doesNotMatch(ran.err, /Check the id/);
  });

  test("a page of HTML instead of an answer is reported without repeating it", async (t) => {
    const api = await stubApi(t, () => ({ status: 502, body: "<html>upstream secret</html>" }));
    const ran = await runCommand(["usage", "list"], { env: { METERR_URL: api.origin, METERR_API_TOKEN: random() } });
    assert.equal(ran.code, 3);
    assert.ok(!ran.err.includes("upstream secret"));
  });

  test("a redirect is not followed: the credential goes where it was meant to go", async (t) => {
    const other = await stubApi(t, () => ({ status: 200, body: { items: [] } }));
    const api = await stubApi(t, () => ({ status: 302, headers: { location: other.origin } }));
    const ran = await runCommand(["usage", "list"], { env: { METERR_URL: api.origin, METERR_API_TOKEN: random() } });
    assert.notEqual(ran.code, 0);
    assert.deepEqual(other.seen, []);
  });

  test("a server that cannot be reached ends with 4", async () => {
    const [port] = await freePorts(1);
    const ran = await runCommand(["usage", "list"], {
      env: { METERR_URL: `http://127.0.0.1:${port}`, METERR_API_TOKEN: random() },
    });
    assert.equal(ran.code, 4);
    assert.match(ran.err, /npx meterr up/);
  });

  test("without a credential it says how to get one", async (t) => {
    const ran = await runCommand(["usage", "list"], { env: { METERR_HOME: join(scratch(t), "home") } });
    assert.equal(ran.code, 2);
    assert.match(ran.err, /npx meterr setup/);
  });

  test("the kept credential is not sent to another server than its own", async (t) => {
    const home = join(scratch(t), "home");
    mkdirSync(home);
    writeFileSync(join(home, "operator.json"), JSON.stringify({ url: "http://127.0.0.1:1", api_token: random() }), {
      mode: 0o600,
    });
    const api = await stubApi(t, () => ({ status: 200, body: { items: [] } }));
    const ran = await runCommand(["usage", "list"], { env: { METERR_HOME: home, METERR_URL: api.origin } });
    assert.equal(ran.code, 2);
    assert.deepEqual(api.seen, []);
  });

  test("plain HTTP beyond this machine is refused before anything is sent", async () => {
    const ran = await runCommand(["usage", "list"], {
      env: { METERR_URL: "http://meterr.example.com", METERR_API_TOKEN: random() },
    });
    assert.equal(ran.code, 2);
    assert.match(ran.err, /https:\/\//);
  });

  const misuses: string[][] = [
    ["frobnicate"],
    ["virtual-keys", "create"],
    ["virtual-keys", "create", "--name", "x", "--limit-usd", "1e3"],
    ["virtual-keys", "create", "--name", "x", "--limit-usd", "0.00"],
    ["virtual-keys", "create", "--name", "x", "--limit-usd", "-1"],
    ["virtual-keys", "create", "--name", "x", "--provider-secret", "nobody=1"],
    ["virtual-keys", "create", "--name", "x", "--expires-in", "soon"],
    ["provider-secrets", "add", "--provider", "nobody"],
    ["usage", "list", "--limit", "0"],
    ["usage", "list", "--since", "yesterday"],
    ["usage", "summary", "--by", "colour"],
    ["migrate", "--down", "1"],
  ];
  for (const args of misuses) {
    test(`"${args.join(" ")}" ends with 2`, async () => {
      const ran = await runCommand(args, { env: { METERR_URL: "http://127.0.0.1:1", METERR_API_TOKEN: random() } });
      assert.equal(ran.code, 2, ran.err);
      assert.notEqual(ran.err, "");
    });
  }

  test("help ends with 0 and lists the exit codes", async () => {
    const ran = await runCommand(["--help"], { env: {} });
    assert.equal(ran.code, 0);
    assert.match(ran.out, /Exit codes: 0 done/);
  });
});
