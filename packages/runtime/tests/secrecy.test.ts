import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { format, inspect } from "node:util";
import { fakeHost } from "../src/testing/index.ts";
import { thing } from "./thing-route.ts";
import { emitEvent, safeEvent, Secret, type EventFields, type SafeEvent } from "../src/index.ts";

// Checked by the compiler: each @ts-expect-error fails the type check once its line compiles.
export function aSecretHasNoTextualUse(secret: Secret, sink: (event: SafeEvent) => void): unknown[] {
  const takesText = (text: string): string => text;
  return [
    // @ts-expect-error: not added to text
    "Bearer " + secret,
    // @ts-expect-error: nor put into a template
    // oxlint-disable-next-line typescript/restrict-template-expressions -- the mistake
    `Bearer ${secret}`,
    // @ts-expect-error: nor given where text is wanted, such as a header or a prop of a client component
    takesText(secret),
    // @ts-expect-error: nor in a header
    new Headers({ authorization: secret }),
    // @ts-expect-error: nor in an event
    safeEvent({ event: "a.b", code: secret }),
    // @ts-expect-error: an event is logged only after it was made safe
    sink({ event: "a.b" }),
    // @ts-expect-error: no look-alike is a Secret
    ((made: Secret) => made)({ reveal: () => "", equals: () => true }),
    takesText(secret.reveal()),
  ];
}

const canary = (): string => randomBytes(24).toString("base64url");

test("a secret shows in no text that is made of it", () => {
  assert.equal(typeof aSecretHasNoTextualUse, "function");
  const value = canary();
  const secret = new Secret(value);
  const nested = { headers: { authorization: secret }, list: [secret], map: new Map([["a", secret]]) };
  const error = new Error("failed", { cause: nested });
  const seen = [
    String(secret),
    `Bearer ${secret as unknown as string}`,
    ["Bearer", secret as unknown as string].join(" "),
    "".concat(secret as unknown as string),
    JSON.stringify(nested),
    JSON.stringify([secret]),
    inspect(nested, { depth: 9, showHidden: true }),
    inspect(error, { depth: 9 }),
    format("%s %j %o %O", secret, secret, secret, secret),
    Object.entries(secret).join(),
    inspect(Object.getOwnPropertyDescriptors(secret)),
    JSON.stringify({ ...(secret as unknown as object) }),
    [secret].join(),
    Object.keys({ [secret as unknown as string]: 1 }).join(),
  ];
  for (const text of seen) assert.equal(text.includes(value), false, "it shows");
  assert.match(JSON.stringify(nested), /\[redacted\]/);
  assert.equal(secret.reveal(), value);
});

test("a secret is neither cloned, changed nor imitated", () => {
  const secret = new Secret(canary());
  assert.throws(() => structuredClone(secret), { name: "DataCloneError" });
  assert.throws(() => structuredClone({ props: [secret] }), { name: "DataCloneError" });
  assert.ok(Object.isFrozen(secret));
  for (const other of [{ ...(secret as unknown as object) }, Object.create(secret), new Proxy(secret, {})]) {
    assert.equal(Secret.isSecret(other), false);
  }
  assert.ok(Secret.isSecret(secret));
  const twin = new Secret(secret.reveal());
  assert.ok(secret.equals(twin));
  assert.equal(secret.equals(new Secret(`${secret.reveal()}x`)), false);
  assert.equal(new Secret("aa").equals(new Secret("a")), false);
  assert.equal(new Secret("a").equals(new Secret("aa")), false);
});

for (const [name, value] of [
  ["nothing", ""],
  ["no text", 7],
  ["half a character", "\ud800"],
  ["too much", "x".repeat(8193)],
] as const) {
  test(`a secret of ${name} is refused without being named`, () => {
    assert.throws(() => new Secret(value as string), { code: "secret_invalid" });
  });
}

test("an event keeps allow-listed fields of a known form and nothing else", () => {
  const secret = new Secret(canary());
  const marks = [canary(), secret.reveal()];
  const event = safeEvent({
    event: "integration.failed",
    module: "stripe-entitlements",
    route: "POST /api/v1/things/:id",
    code: "rate_limited",
    status: 429,
    retryable: true,
    // What the types forbid:
    ...({ body: marks[0], authorization: secret, message: marks[0], request_id: secret } as unknown as object),
    operation: `subscriptions?key=${marks[0]}`,
    delivery_id: "a b",
    duration_ms: Number.NaN,
    tenant_id: `${["sk", "live"].join("_")}_${randomBytes(12).toString("hex")}`,
    job: `a${".a".repeat(400)}`,
  });
  const text = JSON.stringify(event);
  for (const mark of marks) assert.equal(text.includes(mark), false);
  assert.deepEqual({ ...event }, {
    event: "integration.failed",
    module: "stripe-entitlements",
    route: "POST /api/v1/things/:id",
    job: "[redacted]",
    operation: "[redacted]",
    tenant_id: "[redacted]",
    request_id: "[redacted]",
    delivery_id: "[redacted]",
    code: "rate_limited",
    status: 429,
    duration_ms: "[redacted]",
    retryable: true,
  } as unknown as EventFields);
});

test("codes of drivers and platforms are kept", () => {
  for (const code of ["57P01", "ECONNRESET", "ERR_INVALID_ARG_TYPE"]) {
    assert.equal(safeEvent({ event: "a", code }).code, code);
  }
});

test("telling of an event never fails, whatever is told and whoever listens", () => {
  const thrower = new Proxy({} as EventFields, {
    get: () => {
      throw new Error("no");
    },
    getOwnPropertyDescriptor: () => {
      throw new Error("no");
    },
  });
  const seen: SafeEvent[] = [];
  emitEvent((event) => void seen.push(event), thrower);
  emitEvent(
    () => {
      throw new Error("the sink is full");
    },
    { event: "a.b" },
  );
  emitEvent(undefined, { event: "a.b" });
  assert.equal(seen.length, 1);
  assert.equal(new Set(Object.values(seen[0] ?? {})).size, 1);
});

test("a host that listens is told of every answer, by its pattern and code, and of nothing that was sent", async () => {
  const seen: SafeEvent[] = [];
  const mark = canary();
  const host = Object.assign(fakeHost(), { onEvent: (event: SafeEvent) => void seen.push(event) });
  const { send } = thing({ host });
  const url = `https://site.test/api/v1/things/${mark}`;
  assert.equal((await send({ url })).status, 201);
  assert.equal((await send({ url, headers: { "x-test-credential": mark } })).status, 401);
  host.faults.add("database");
  assert.equal((await send({ url })).status, 503);
  assert.deepEqual(
    seen.map(({ event, route, status, code, retryable }) => [event, route, status, code, retryable]),
    [
      ["route.answered", "POST /api/v1/things/:id", 201, undefined, undefined],
      ["route.answered", "POST /api/v1/things/:id", 401, "credential_invalid", false],
      ["route.answered", "POST /api/v1/things/:id", 503, "database_unavailable", true],
    ],
  );
  assert.equal(JSON.stringify(seen).includes(mark), false);
  const deaf = Object.assign(fakeHost(), { onEvent: () => assert.fail("the sink is full") });
  assert.equal((await thing({ host: deaf }).send()).status, 201);
});
