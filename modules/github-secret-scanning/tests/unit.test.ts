import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { mount, Problem } from "@meterr/runtime";
import { assertKeyPromises, assertKeyStatuses, fakeHost, type StatusFixtures } from "@meterr/runtime/testing";
import {
  createGithubSecretScanning,
  type GithubSecretScanningModuleOptions,
  type LeakedToken,
  type RevokeLeaked,
} from "../src/index.ts";
import { alertOf, ALERTS_URL, hashOf, newSigner, newToken } from "./support/github-for-test.ts";

const github = newSigner();
const listKeys = async (): Promise<Response> => github.list();
const match = (token: string, more: object = {}) => ({
  token,
  type: "acme_api_token",
  url: `https://github.com/octocat/Hello-World/blob/${randomUUID()}/foo.txt`,
  source: "content",
  ...more,
});

const alert = (matches: unknown, change: { body?: string } = {}): Request => alertOf(github, matches, change);

function world(change: Partial<GithubSecretScanningModuleOptions> = {}) {
  const host = fakeHost();
  const asked: LeakedToken[] = [];
  const ours = new Map<string, "live" | "dead">();
  const revoke: RevokeLeaked = async (token, io) => {
    asked.push(token);
    if (change.revoke !== undefined) return change.revoke(token, io);
    const state = ours.get(token.tokenHash);
    ours.set(token.tokenHash, "dead");
    return state === undefined ? "unknown" : state === "live" ? "revoked" : "known";
  };
  const { routes } = createGithubSecretScanning({ host, fetch: listKeys, ...change, revoke });
  return { host, asked, ours, send: mount(routes) };
}

async function codeOf(response: Response): Promise<string> {
  return `${response.status} ${((await response.json()) as { code?: string }).code ?? ""}`;
}

// The request of GitHub's own documentation, octet for octet.
test("GitHub's documented alert is taken: its token is revoked by hash and labelled", async () => {
  const body = '[{"token":"some_token","type":"some_type","url":"some_url","source":"some_source"}]';
  const key = [
    "-----BEGIN PUBLIC KEY-----",
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsz9ugWDj5jK5ELBK42ynytbo38gP",
    "HzZFI03Exwz8Lh/tCfL3YxwMdLjB+bMznsanlhK0RwcGP3IDb34kQDIo3Q==",
    "-----END PUBLIC KEY-----",
    "",
  ].join("\n");
  const identifier = "f9525bf080f75b3506ca1ead061add62b8633a346606dc5fe544e29231c6ee0d";
  const fetch = async () => Response.json({ public_keys: [{ key_identifier: identifier, key, is_current: true }] });
  const { send, asked, ours } = world({ fetch });
  ours.set(hashOf("some_token"), "live");
  const headers = {
    "content-type": "application/json",
    "GITHUB-PUBLIC-KEY-IDENTIFIER": identifier,
    "GITHUB-PUBLIC-KEY-SIGNATURE":
      "MEUCIFLZzeK++IhS+y276SRk2Pe5LfDrfvTXu6iwKKcFGCrvAiEAhHN2kDOhy2I6eGkOFmxNkOJ+L2y8oQ9A2T9GGJo6WJY=",
  };
  const response = await send(new Request(ALERTS_URL, { method: "POST", headers, body }));
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), [
    { token_hash: hashOf("some_token"), token_type: "some_type", label: "true_positive" },
  ]);
  assert.deepEqual(asked, [
    { tokenHash: hashOf("some_token"), type: "some_type", locations: [{ url: "", source: "some_source" }] },
  ]);
});

test("what was ours is a true positive, revoked before or not; what never was is a false one", async () => {
  const { send, ours } = world();
  const [live, dead, foreign] = [newToken(), newToken(), newToken()];
  ours.set(hashOf(live), "live").set(hashOf(dead), "dead");
  const response = await send(alert([match(live), match(foreign), match(dead)]));
  assert.deepEqual(await response.json(), [
    { token_hash: hashOf(live), token_type: "acme_api_token", label: "true_positive" },
    { token_hash: hashOf(foreign), token_type: "acme_api_token", label: "false_positive" },
    { token_hash: hashOf(dead), token_type: "acme_api_token", label: "true_positive" },
  ]);
  assert.equal(ours.get(hashOf(live)), "dead");
});

test("a token found in many places is revoked once, with where it stood", async () => {
  const { send, asked } = world();
  const token = newToken();
  const places = Array.from({ length: 120 }, (_, n) => match(token, { url: `https://github.com/a/b/${n}` }));
  const other = match(token, { type: "other" });
  const response = await send(alert([...places, other, other]));
  assert.equal(((await response.json()) as unknown[]).length, 2);
  assert.deepEqual(
    asked.map(({ type, locations }) => [type, locations.length]),
    [
      ["acme_api_token", 100],
      ["other", 1],
    ],
  );
});

test("an address that is not https, or says who it is, and a strange source are shown to nobody", async () => {
  const { send, asked } = world();
  const urls = ["javascript:alert(1)", "http://a.test/", "https://u@a.test/", "https://:p@a.test/", "no url", "", null];
  await send(alert(urls.map((url) => match(newToken(), { url, source: "<b>" }))));
  for (const { locations } of asked) assert.deepEqual(locations, [{ url: "", source: "unknown" }]);
  assert.equal(asked.length, urls.length);
});

test("the same alert again has the same answer and changes nothing", async () => {
  const { send, ours } = world();
  const token = newToken();
  ours.set(hashOf(token), "live");
  const first = alert([match(token)]);
  const again = first.clone();
  assert.deepEqual(await (await send(first)).json(), await (await send(again)).json());
});

test("the token itself reaches neither the host's code nor an answer nor a report", async () => {
  const token = newToken();
  const seen: unknown[] = [];
  const { send, host } = world({
    revoke: async (leaked) => {
      seen.push(leaked);
      throw new Error("planted");
    },
  });
  const answers = [await send(alert([match(token)])), await send(alert([match(token, { type: "" })]))];
  const texts = await Promise.all(answers.map((answer) => answer.text()));
  assert.equal(host.reports.length > 0 && seen.length > 0, true);
  assert.equal(
    `${texts.join()}${JSON.stringify(seen)}${host.reports.map(({ error }) => String(error)).join()}`.includes(token),
    false,
  );
});

test("a large alert is revoked a few at a time", async () => {
  let [now, most] = [0, 0];
  const { send, asked } = world({
    revoke: async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return "revoked";
    },
  });
  const response = await send(alert(Array.from({ length: 500 }, () => match(newToken()))));
  assert.equal(response.status, 200);
  assert.deepEqual([asked.length, most], [500, 8]);
});

test("every route keeps the promises, and answers every status it can", async () => {
  let [broken, hours] = [false, 0];
  // Each request comes a day after the last, so that the list of keys is read for each.
  const host = fakeHost({ now: () => new Date(Date.UTC(2026, 0, 1, (hours += 25))) });
  const { routes } = createGithubSecretScanning({
    host,
    revoke: async () => "revoked",
    fetch: async () => (broken ? new Response("", { status: 500 }) : listKeys()),
  });
  const fixtures: StatusFixtures = {
    host,
    breakIdentity: (yes) => void (broken = yes),
    request: () => alert([match(newToken())]),
    withoutRight: () => null,
  };
  await assertKeyPromises(mount(routes), fixtures);
  await assertKeyStatuses(mount(routes), fixtures);
});

test("unfit options are refused when built", () => {
  for (const change of [
    { timeoutMs: 0 },
    { timeoutMs: 30_000 },
    { maxBodyBytes: 2 ** 24 },
    { maxBodyBytes: Number.NaN },
  ]) {
    assert.throws(() => world(change), TypeError);
  }
});

// One test for each way it can fail.

test("failure, one revocation: the others are done all the same, and GitHub hears 503", async () => {
  const tokens = Array.from({ length: 20 }, newToken);
  const done: string[] = [];
  const { send, host } = world({
    revoke: async ({ tokenHash }) => {
      if (tokenHash === hashOf(tokens[3] ?? "")) throw new Error("planted");
      done.push(tokenHash);
      return "revoked";
    },
  });
  const response = await send(alert(tokens.map((token) => match(token))));
  assert.ok(response.headers.has("retry-after"));
  assert.equal(await codeOf(response), "503 dependency_unavailable");
  assert.equal(done.length, 19);
  assert.match(String(host.reports[0]?.error), /planted/);
});

test("failure, database down: 503 until the host can revoke again", async () => {
  let down = true;
  const { send } = world({
    revoke: async () => {
      if (down) throw new Problem("database_unavailable");
      return "revoked";
    },
  });
  const first = alert([match(newToken())]);
  const again = first.clone();
  assert.equal(await codeOf(await send(first)), "503 dependency_unavailable");
  down = false;
  assert.equal((await send(again)).status, 200);
});

test("failure, an answer that is none: 503, for then nobody knows", async () => {
  const { send } = world({ revoke: (async () => undefined) as unknown as RevokeLeaked });
  assert.equal(await codeOf(await send(alert([match(newToken())]))), "503 dependency_unavailable");
});

test("failure, service down: without GitHub's list of keys no alert passes and none is called invalid", async () => {
  const { send, asked } = world({ fetch: () => Promise.reject(new TypeError("fetch failed")) });
  assert.equal(await codeOf(await send(alert([match(newToken())]))), "503 identity_unavailable");
  assert.equal(asked.length, 0);
});

test("failure, GitHub's limit reached while its keys are read: 503", async () => {
  const { send, asked } = world({ fetch: async () => new Response("{}", { status: 429 }) });
  assert.equal(await codeOf(await send(alert([match(newToken())]))), "503 identity_unavailable");
  assert.equal(asked.length, 0);
});

test("failure, the route's own limit reached: 429 with Retry-After", async () => {
  const { send, host, asked } = world();
  host.limited.add("address");
  const response = await send(alert([match(newToken())]));
  assert.ok(response.headers.has("retry-after"));
  assert.equal(response.status, 429);
  assert.equal(asked.length, 0);
});

test("failure, invalid input: signed by GitHub and yet no alert, or not signed, is refused and revokes nothing", async () => {
  const { send, asked } = world({ maxBodyBytes: 2_000_000 });
  const token = newToken();
  for (const body of [
    "{}",
    "[]",
    '"text"',
    [match("")],
    [{ token }],
    [match(token), { type: "x" }],
    Array.from({ length: 5_001 }, () => ({ token: "t", type: "y" })),
  ]) {
    assert.match(await codeOf(await send(alert(body))), /^400 (invalid_input|malformed_json)$/);
  }
  assert.equal((await send(alert([match(token)], { body: JSON.stringify([match(token)]) }))).status, 401);
  assert.equal((await send(alert("x".repeat(2_000_001)))).status, 413);
  assert.equal(asked.length, 0);
});

test("failure, missing environment: no secret is needed, and a GitHub token that is not set is not sent", async () => {
  const sent: (string | null)[] = [];
  const { send } = world({
    fetch: async (_url, init) => {
      sent.push(new Headers(init?.headers).get("authorization"));
      return listKeys();
    },
  });
  assert.equal((await send(alert([match(newToken())]))).status, 200);
  assert.deepEqual(sent, [null]);
});

test("failure, missing dependency: there is none to miss, Web Crypto apart", async () => {
  const { send } = world();
  const { subtle } = crypto;
  Object.defineProperty(crypto, "subtle", { configurable: true, get: () => undefined });
  try {
    assert.equal((await send(alert([match(newToken())]))).status, 503);
  } finally {
    Object.defineProperty(crypto, "subtle", { configurable: true, get: () => subtle });
  }
});

test("failure, timeout: 503 while GitHub still listens, and the host is told to stop", async () => {
  const stopped = Promise.withResolvers<void>();
  const { send, host } = world({
    timeoutMs: 20,
    revoke: (_token, { signal }) =>
      new Promise(() => signal.addEventListener("abort", () => stopped.resolve(), { once: true })),
  });
  assert.equal(await codeOf(await send(alert([match(newToken())]))), "503 dependency_unavailable");
  await stopped.promise;
  assert.match(String(host.reports[0]?.error), /too long/);
});
