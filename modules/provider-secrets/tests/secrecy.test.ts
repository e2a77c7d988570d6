import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { after, before, test } from "node:test";
import { nameForTest, openWorld, secretForTest, SECRETS, type World } from "./support/world.ts";

let world: World;
before(async () => void (world = await openWorld()));
after(() => world.close());

/** Every form a secret is likely to be written in by accident, whole or without its escaped end. */
function formsOf(secret: string): string[] {
  const core = secret.slice(3, 43);
  const bytes = Buffer.from(secret);
  // Base64 of a part depends on where it begins, and its ends on what stands beside it.
  const shifted = [0, 1, 2].map((by) =>
    Buffer.from("x".repeat(by) + core)
      .toString("base64")
      .slice(4, -4),
  );
  return [
    secret,
    core,
    ...shifted,
    bytes.toString("base64"),
    bytes.toString("base64url"),
    Buffer.from(core).toString("hex"),
    Buffer.from(core).toString("hex").toUpperCase(),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ];
}

function assertAbsent(text: string, secret: string, where: string): void {
  const lower = text.toLowerCase();
  for (const form of formsOf(secret)) {
    assert.equal(text.includes(form) || lower.includes(form.toLowerCase()), false, `the secret stands in ${where}`);
  }
}

test("a leak in any of these forms would be found", () => {
  const secret = secretForTest();
  const core = secret.slice(3, 43);
  const leaks = [
    `>${secret}<`,
    JSON.stringify({ body: secret }),
    JSON.stringify({ core }),
    `\\x${Buffer.from(secret).toString("hex")}`,
    Buffer.from(secret).toString("base64"),
    Buffer.from(`prefix ${secret} suffix`).toString("base64"),
    `?q=${encodeURIComponent(secret)}`,
  ];
  for (const leak of leaks) assert.throws(() => assertAbsent(leak, secret, "a leak"), /stands in/, leak.slice(0, 4));
});

test("no answer, audit entry, report or row holds the secret once it is sealed", async () => {
  const secrets = [secretForTest(), secretForTest()];
  const [first = "", second = ""] = secrets;
  const headers = { "idempotency-key": randomUUID() };
  const body = { provider: "openai", name: nameForTest(), secret: first };
  const answers = [await world.call("POST", SECRETS, { body, headers })];
  assert.equal(answers[0]?.status, 201);
  const { id } = answers[0]?.body ?? {};
  answers.push(
    await world.call("POST", SECRETS, { body, headers }),
    await world.call("POST", SECRETS, { body }),
    await world.call("POST", SECRETS, {
      body: { ...body, secret: second, base_url: "https://elsewhere.example.test" },
    }),
    await world.call("POST", SECRETS, { body: { ...body, name: second, provider: second, [second]: second } }),
    await world.call("POST", SECRETS, { raw: JSON.stringify(body).slice(0, -1) }),
    await world.call("POST", `${SECRETS}/${id}/versions`, { body: { secret: second } }),
    await world.call("POST", `${SECRETS}/${randomUUID()}/versions`, { body: { secret: second } }),
    await world.call("GET", SECRETS),
    await world.call("GET", `${SECRETS}/${id}`),
  );
  world.keyServiceBroken = true;
  answers.push(await world.call("POST", SECRETS, { body: { ...body, name: nameForTest() } }));
  world.keyServiceBroken = false;
  for (const fault of ["query", "commit", "audit"] as const) {
    world.host.faults.add(fault);
    answers.push(await world.call("POST", SECRETS, { body: { ...body, name: nameForTest() } }));
    world.host.faults.delete(fault);
  }
  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 201, 409, 400, 400, 400, 201, 404, 200, 200, 503, 503, 503, 500],
  );

  const dump = await world.dump();
  assert.ok(dump.includes(id) && dump.includes(body.name), "the dump holds the rows it should");
  for (const secret of secrets) {
    for (const { text, status, headers: sent } of answers) {
      assertAbsent(`${text} ${[...sent].join(" ")}`, secret, `an answer ${status}`);
    }
    assertAbsent(inspect(world.audits, { depth: 10 }), secret, "the audit log");
    assertAbsent(inspect(world.host.reports, { depth: 20, showHidden: true }), secret, "what is reported of failures");
    assertAbsent(dump, secret, "the database");
  }
  assert.ok(world.host.reports.length >= 4, "failures were reported");
});
