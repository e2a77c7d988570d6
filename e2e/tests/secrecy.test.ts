import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import OpenAI from "openai";
import { askDatabase } from "../src/database.ts";
import { declaredRoutes } from "../src/declared-routes.ts";
import { ROOT, startMachine, type Machine } from "../src/machine.ts";
import { drawJwt, manage, managed, operatorToken, signIn, type Reply } from "../src/management.ts";
import { becomeOwner } from "../src/owner.ts";
import { poll } from "../src/poll.ts";
import { canary, findCanaries, type Canary } from "../src/secrecy/canary.ts";
import { dumpOfEverything, filesBelow, processesOf, type Place } from "../src/secrecy/places.ts";

let machine: Machine;
let home: string;
let canaries: Canary[];
let cookie: string;
let token: string;
/** A name that people gave and everybody may read: wherever it is expected, the search must find it. */
const marker = `marker${randomBytes(12).toString("hex")}`;
let control: Canary[];
/** What clients and the command were answered, except the one answer that shows a thing once. */
const answers: Place[] = [];

interface PlantedSecret {
  readonly value: string;
  readonly canary: Canary;
}

/** Of all that a header may carry, so that each kind of escaping would change it; its ends may be shown as a hint. */
function plantedSecret(name: string): PlantedSecret {
  const [one, two] = [randomBytes(12).toString("hex"), randomBytes(12).toString("hex")];
  return { value: `sk-proj-abc${one}"\\%+/&<'${two}wxyz`, canary: canary(name, one, two) };
}

/** Letters and digits out of the middle of a token that is shown once, past what is kept for display. */
const middle = (text: string, from: number): string => text.slice(from, from + 20);

function heard(name: string, reply: Reply): Reply {
  answers.push({ name, content: `${JSON.stringify([...reply.headers])}\n${reply.text}` });
  return reply;
}

before(async () => {
  machine = await startMachine({ env: { METERR_LOG_LEVEL: "debug" } });
  home = join(machine.home, "home");
  const owner = await becomeOwner(machine);
  token = await operatorToken(machine);
  cookie = await signIn(machine, owner.email, owner.password);
  const jwt = await drawJwt(machine, cookie);
  control = [canary("the marker", marker)];
  const secrets = await useSecrets();
  const shown = await mintTokens();
  const session = decodeURIComponent(/session_token=([^;]+)/.exec(cookie)?.[1] ?? "");
  const inSession = /[A-Za-z0-9]{16,}/.exec(session)?.[0] ?? "";
  const signature = /[A-Za-z0-9]{16,}/.exec(jwt.split(".")[2] ?? "")?.[0] ?? jwt.split(".")[1]?.slice(-20) ?? "";
  canaries = [
    ...secrets,
    ...shown,
    canary("the owner's password", owner.password),
    canary("the session's token", inSession),
    canary("the JWT", signature),
  ];
  await askEverything();
});
after(() => machine?.stop());

/** Seals through the API and the command, calls with it in every way, rotates, and revokes one of them. */
async function useSecrets(): Promise<Canary[]> {
  const [first, second, byCommand, refused] = [
    plantedSecret("the provider secret"),
    plantedSecret("the rotated provider secret"),
    plantedSecret("the provider secret given to the command"),
    plantedSecret("the provider secret that was refused"),
  ];
  const post = async (path: string, body: unknown) =>
    heard(`POST ${path}`, await manage(machine, { token }, "POST", path, { body }));
  const secret = { provider: "openai", name: marker, secret: first.value, sandbox: true };
  const sealed = await post("/api/v1/provider-secrets", secret);
  assert.equal(sealed.status, 201, sealed.text);
  const id = String(sealed.body["id"]);

  // What is refused must not be quoted: wrong field, wrong type, wrong place, malformed, a taken name.
  const mistakes: readonly [string, unknown][] = [
    ["/api/v1/provider-secrets", { ...secret, name: refused.value.repeat(3) }],
    ["/api/v1/provider-secrets", { ...secret, secret: { [refused.value]: refused.value } }],
    ["/api/v1/provider-secrets", { ...secret, [refused.value]: true }],
    ["/api/v1/provider-secrets", { ...secret, provider: refused.value }],
    ["/api/v1/provider-secrets", { ...secret, secret: refused.value, base_url: `https://${refused.value}` }],
    ["/api/v1/provider-secrets", { ...secret, secret: refused.value }],
    ["/api/v1/virtual-keys", { name: "x", mode: refused.value }],
    [`/api/v1/provider-secrets/${encodeURIComponent(refused.value)}/versions`, { secret: refused.value }],
  ];
  for (const [path, body] of mistakes) {
    const reply = await manage(machine, { token }, "POST", path, { body });
    assert.ok(reply.status >= 400 && reply.status < 500, `${path} answered ${reply.status}`);
    heard("a refused write", reply);
  }
  const headers = { "idempotency-key": "once", "content-type": "application/json" };
  const replayed = { name: "replayed", provider: "anthropic", secret: first.value, sandbox: true };
  for (const _ of [1, 2]) {
    const reply = await manage(machine, { token }, "POST", "/api/v1/provider-secrets", { body: replayed, headers });
    assert.equal(heard("a replayed write", reply).status, 201);
  }

  const key = await managed<{ key: string }>(201, machine, { token }, "POST", "/api/v1/virtual-keys", {
    body: { name: `${marker} caller`, mode: "test" },
  });
  await callWith(key.key, first);
  const rotated = await post(`/api/v1/provider-secrets/${id}/versions`, { secret: second.value });
  assert.equal(rotated.status, 201, rotated.text);
  await poll("the rotated secret to be used", async () => ((await callWith(key.key, second, false)) ? true : null));

  const added = await machine.meterr(
    [
      "provider-secrets",
      "add",
      "--provider",
      "google",
      "--name",
      "by-command",
      "--sandbox",
      "--secret-stdin",
      "--json",
    ],
    byCommand.value,
  );
  assert.equal(added.code, 0, added.stderr);
  answers.push({ name: "meterr provider-secrets add", content: added.stdout + added.stderr });
  const commandId = String(JSON.parse(added.stdout).id);
  for (const args of [
    ["provider-secrets", "list"],
    ["provider-secrets", "revoke", commandId],
    ["provider-secrets", "add", "--provider", "openai", "--name", marker, "--sandbox", "--secret-stdin"],
  ]) {
    const ran = await machine.meterr(args, refused.value);
    answers.push({ name: `meterr ${args[0]} ${args[1]}`, content: ran.stdout + ran.stderr });
  }
  return [first, second, byCommand, refused].map((planted) => planted.canary);
}

/** Whether the provider received this very secret, by the hash that it keeps. */
async function callWith(key: string, secret: PlantedSecret, must = true): Promise<boolean> {
  const client = new OpenAI({ apiKey: key, baseURL: `${machine.gateway}/openai/v1`, maxRetries: 0 });
  const ask = { model: "gpt-4o-mini", max_completion_tokens: 40 };
  const say = (content: string) => [{ role: "user" as const, content }];
  const { data, response } = await client.chat.completions
    .create({ ...ask, messages: say("Say something.") })
    .withResponse();
  answers.push({ name: "a call", content: JSON.stringify([[...response.headers], data]) });
  const hash = createHash("sha256").update(secret.value).digest("hex");
  const used = readFileSync(join(home, "sandbox", "ledger.jsonl"), "utf8").includes(hash);
  if (!must) return used;
  assert.ok(used, "the provider never received the secret");
  const chunks: unknown[] = [];
  for await (const chunk of await client.chat.completions.create({ ...ask, messages: say("x"), stream: true }))
    chunks.push(chunk);
  answers.push({ name: "a streamed call", content: JSON.stringify(chunks) });
  for (const directive of ["status=401-echo", "status=403-echo", "status=400-echo", "status=500-echo", "error-event"]) {
    for (const stream of [false, true]) {
      const reply = await fetch(`${machine.gateway}/openai/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ ...ask, stream, messages: say(`sandbox:${directive}`) }),
      });
      const content = `${JSON.stringify([...reply.headers])}\n${await reply.text()}`;
      answers.push({ name: `a call answered ${directive}`, content });
    }
  }
  return true;
}

/** A virtual key and an API token that are used, then revoked; and ones that are none. */
async function mintTokens(): Promise<Canary[]> {
  const body = { name: marker, mode: "test" };
  const key = await managed<{ id: string; key: string }>(201, machine, { token }, "POST", "/api/v1/virtual-keys", {
    body,
  });
  const apiToken = await managed<{ token: string }>(201, machine, { token }, "POST", "/api/v1/api-tokens", {
    body: { name: marker },
  });
  assert.equal((await manage(machine, { token: apiToken.token }, "GET", "/api/v1/me")).status, 200);
  await callWithKey(key.key, 200);
  await callWithKey(`${key.key.slice(0, -1)}!`, 401);
  // Where they do not belong: refused, and written down nowhere.
  heard("a token in the query", await manage(machine, null, "GET", `/api/v1/me?token=${apiToken.token}`));
  heard("a token as a path", await manage(machine, null, "GET", `/api/v1/virtual-keys/${key.key}`));
  // The pages' framework repeats the address asked for to whoever asked; it must get no further than that.
  await manage(machine, null, "GET", `/${apiToken.token}?next=${key.key}`);
  await managed(204, machine, { token }, "DELETE", `/api/v1/virtual-keys/${key.id}`);
  await poll("the key to be refused", async () => ((await callWithKey(key.key)) === 401 ? true : null));
  return [canary("the virtual key", middle(key.key, 14)), canary("the API token", middle(apiToken.token, 14))];
}

async function callWithKey(key: string, expected?: number): Promise<number> {
  const reply = await fetch(`${machine.gateway}/openai/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "x" }] }),
  });
  answers.push({ name: "a call by fetch", content: `${JSON.stringify([...reply.headers])}\n${await reply.text()}` });
  if (expected !== undefined) assert.equal(reply.status, expected);
  return reply.status;
}

/** Every route that reads, every page in both forms, the metrics, and the command. */
async function askEverything(): Promise<void> {
  const list = await managed<{ items: { id: string }[] }>(200, machine, { token }, "GET", "/api/v1/provider-secrets");
  const keys = await managed<{ items: { id: string }[] }>(200, machine, { token }, "GET", "/api/v1/virtual-keys");
  const ids: Record<string, string | undefined> = {
    "/api/v1/provider-secrets/:id": list.items[0]?.id,
    "/api/v1/virtual-keys/:id": keys.items[0]?.id,
  };
  for (const route of declaredRoutes()) {
    const [method = "", pattern = ""] = route.split(" ");
    if (method !== "GET") continue;
    const path = pattern.replace(":id", ids[pattern] ?? "");
    for (const credential of [{ token }, { cookie }]) {
      const reply = heard(route, await manage(machine, credential, "GET", path));
      assert.equal(reply.status, 200, `${route}: ${reply.text}`);
    }
  }
  for (const path of pages()) {
    const page = heard(`page ${path}`, await manage(machine, { cookie }, "GET", path));
    // The entrance sends somebody who is signed in onward; everything else must be a page.
    if (page.status === 307 && ENTRANCE.has(path)) continue;
    assert.equal(page.status, 200, path);
    // What the pages' framework fetches when a person follows a link.
    const headers = { rsc: "1" };
    const payload = heard(`RSC payload ${path}`, await manage(machine, { cookie }, "GET", `${path}?_rsc`, { headers }));
    assert.equal(payload.headers.get("content-type"), "text/x-component", path);
  }
  for (const path of ["/api/auth/get-session", "/api/auth/jwks"])
    heard(path, await manage(machine, { cookie }, "GET", path));
  answers.push({ name: "/metrics", content: await (await fetch(`${machine.gateway}/metrics`)).text() });
  for (const args of [
    ["virtual-keys", "list"],
    ["usage", "list"],
    ["usage", "summary", "--test"],
    ["audit-log", "list"],
    ["doctor"],
  ]) {
    const ran = await machine.meterr(args);
    answers.push({ name: `meterr ${args.join(" ")}`, content: ran.stdout + ran.stderr });
  }
  answers.push({ name: "what `up` printed", content: machine.output() });
}

/** Pages for those who are not signed in. */
const ENTRANCE = new Set(["/sign-in", "/setup", "/join"]);

/** Every page that is built, read from the folders they are made of; groups in brackets are no part of the address. */
function pages(): string[] {
  const folder = join(ROOT, "apps/dashboard/src/app");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /(?:^|\/)page\.tsx$/.test(file))
    .map((file) => `/${file.replace(/\([^)]*\)\//g, "").replace(/\/?page\.tsx$/, "")}`);
}

const lookIn = (places: Iterable<Place>, wanted: readonly Canary[]): string[] =>
  [...places].flatMap(({ name, content }) => findCanaries(name, content, wanted));
const placed = (name: RegExp): Place[] => answers.filter((place) => name.test(place.name));

test("positive control: the search finds a value in every form, in a file below METERR_HOME", async () => {
  const value = randomBytes(16).toString("hex");
  const [wanted] = [canary("planted", value)];
  const file = join(home, "logs", "planted.txt");
  const quoted = `x"${value}\\`;
  const forms = [
    value,
    encodeURIComponent(quoted),
    JSON.stringify(quoted),
    Buffer.from(quoted).toString("hex"),
    Buffer.from(quoted).toString("base64"),
    Buffer.from(`?${quoted}>`).toString("base64url"),
    Buffer.from(`??${quoted}`).toString("base64"),
  ];
  for (const form of forms) {
    await writeFile(file, `before ${form} after`);
    assert.ok(lookIn(filesBelow(home), [wanted]).length > 0, form.slice(0, 8));
  }
  await writeFile(file, "nothing");
  assert.deepEqual(lookIn(filesBelow(home), [wanted]), []);
});

test("positive control: what may be read is found in every kind of place", async () => {
  await askDatabase(machine, "checkpoint");
  const files = lookIn(filesBelow(home), control);
  assert.ok(
    files.some((found) => found.includes("postgres/data/base")),
    "PostgreSQL's tables",
  );
  assert.ok(
    files.some((found) => found.includes("postgres/data/pg_wal")),
    "PostgreSQL's log of writes",
  );
  assert.ok(lookIn(await dumpOfEverything(machine), control).length > 2, "the dump");
  for (const kind of [
    /^GET /,
    /^page \/virtual-keys$/,
    /^RSC payload \/virtual-keys$/,
    /^meterr virtual-keys list/,
    /^POST /,
  ]) {
    assert.ok(lookIn(placed(kind), control).length > 0, String(kind));
  }
  const names = [...filesBelow(home)].filter(({ content }) => content.length > 0).map(({ name }) => name);
  for (const name of ["/logs/gateway.log", "/logs/dashboard.log", "/sandbox/ledger.jsonl"])
    assert.ok(
      names.includes(name),
      `${name} is not among ${names.filter((found) => !found.includes("postgres")).join()}`,
    );
  assert.ok(names.some((name) => name.startsWith("/keystore/")));
  assert.match(String(placed(/^\/metrics$/)[0]?.content), /^meterr_/m);
  const processes = await processesOf(machine);
  assert.ok(processes.length >= 10, "too few processes were found");
  assert.ok(processes.some(({ content }) => content.includes("apps/gateway/src/main.ts")));
  assert.ok(processes.some(({ name, content }) => name.startsWith("environ") && content.includes("PATH=")));
});

test("no secret is in any file below METERR_HOME: data, log of writes, keystore, logs at debug level, ledger", async () => {
  await askDatabase(machine, "checkpoint");
  assert.deepEqual(lookIn(filesBelow(home), canaries), []);
});

test("no secret is in any row of any table, nor in a statement being run", async () => {
  assert.deepEqual(lookIn(await dumpOfEverything(machine), canaries), []);
});

test("no secret is in any answer of the API or the gateway, any page or RSC payload, the metrics or the command's output", () => {
  assert.ok(answers.length > 60, `only ${answers.length} answers`);
  assert.deepEqual(lookIn(answers, canaries), []);
});

test("no secret is in what the browser loads, and no source map is served", async () => {
  const built = join(ROOT, "apps/dashboard/.next");
  assert.ok(existsSync(join(built, "static")), "the pages are not built");
  const files = [...filesBelow(join(built, "static"))];
  assert.ok(files.length > 5);
  assert.deepEqual(lookIn(files, canaries), []);
  assert.deepEqual(
    files.map(({ name }) => name).filter((name) => name.endsWith(".map")),
    [],
  );
  for (const { content } of files) assert.doesNotMatch(String(content), /sourceMappingURL=(?!data:,)/);
});

test("no secret is in the environment or the arguments of any process", async () => {
  assert.deepEqual(lookIn(await processesOf(machine), canaries), []);
});

test("a revoked provider secret's sealed versions are destroyed, and nothing of it stays behind", async () => {
  const list = await managed<{ items: { id: string; name: string }[] }>(
    200,
    machine,
    { token },
    "GET",
    "/api/v1/provider-secrets",
  );
  const { id } = list.items.find(({ name }) => name === marker) ?? { id: "" };
  const versions = () =>
    askDatabase<{ version: number }>(
      machine,
      `select version from meterr.provider_secret_versions where provider_secret_id::text = '${id}'`,
    );
  assert.ok((await versions()).length > 0, "control");
  await managed(204, machine, { token }, "DELETE", `/api/v1/provider-secrets/${id}`);
  assert.deepEqual(await versions(), []);
  await askDatabase(machine, "checkpoint");
  assert.deepEqual(lookIn(filesBelow(home), canaries), []);
});
