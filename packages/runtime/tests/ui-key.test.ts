import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { test } from "node:test";
import { createElement, type ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { z } from "zod";
import { memberTenant, Problem, Secret, session, type Failure } from "../src/index.ts";
import { fakeClock, fakeHost, manifestForTest, type FakeHost } from "../src/testing/index.ts";
import { uiKey, type UiContext, type UiOptions } from "../src/ui/index.ts";
import { ANN, ONE, TWO } from "./thing-route.ts";

const manifest = manifestForTest([], { slug: "widget", key_type: ["ui"], tenant_scope: "per-session-tenant-id" });
const canary = randomBytes(16).toString("hex");
const member = (tenantId: string) => ({ tenantId, subjectId: ANN, role: "viewer", visibility: "subject" }) as const;
const people: Record<string, string[]> = { ann: [ONE], both: [ONE, TWO], nobody: [] };
const auth = session({
  cookie: "sid",
  find: async (token) => {
    if (token === "broken") throw new Error(canary);
    const tenants = people[token];
    if (tenants === undefined) return null;
    return {
      id: "s",
      userId: token,
      label: token,
      expiresAt: new Date("2999-01-01"),
      memberships: tenants.map(member),
    };
  },
});
const clock = fakeClock();

type Change = Partial<UiOptions<unknown, undefined>> & { readonly cookie?: string | null; readonly host?: never };

function widget(change: Change = {}) {
  const host: FakeHost = fakeHost({ answer: () => ({ rows: [{ name: "<b>lamp</b>" }], rowCount: 1 }) });
  const { cookie = "sid=ann", ...options } = change;
  const headers = cookie === null ? [] : ([["cookie", cookie]] as [string, string][]);
  let loaded = 0;
  const whole: UiOptions<unknown, undefined> = {
    host: { ...host, headers: async () => new Headers(headers) },
    manifest,
    auth,
    tenant: memberTenant(),
    clock,
    fallback: createElement("p", null, "Sign in"),
    load: async ({ sql }: UiContext<undefined>) => {
      loaded += 1;
      return (await sql.query<{ name: string }>("select name from things")).rows;
    },
    render: (data) => createElement("ul", null, JSON.stringify(data)),
    ...options,
  };
  // Tests hand in what the types refuse.
  const component = uiKey(whole as unknown as UiOptions<null, undefined>);
  const show = async (props = {}): Promise<string> => renderToStaticMarkup((await component(props)) as ReactNode);
  return { host, component, show, loaded: () => loaded, reports: host.reports as readonly Failure[] };
}

/** The card, and nothing beside its sentence and the id. */
function assertCard(html: string, sentence = "This cannot be shown now."): string {
  const [, id = ""] =
    /^<section role="alert"><p>[^<]+<\/p><p>Reference: ([0-9a-f-]{36})<\/p><\/section>$/.exec(html) ?? [];
  assert.notEqual(id, "", html);
  assert.ok(html.includes(sentence), html);
  return id;
}

test("data is loaded under the session's tenant and user, and shown escaped", async () => {
  let seen: unknown = null;
  const it = widget({
    load: async ({ tenant, principal, sql }) => {
      seen = [tenant.id, tenant.subject, tenant.visibility, principal.id];
      return (await sql.query("select name from things")).rows;
    },
  });
  assert.equal(await it.show(), "<ul>[{&quot;name&quot;:&quot;&lt;b&gt;lamp&lt;/b&gt;&quot;}]</ul>");
  assert.deepEqual(seen, [ONE, ANN, "subject", "ann"]);
  assert.deepEqual(
    it.host.statements.map(({ tenant }) => tenant.id),
    [ONE],
  );
  assert.deepEqual(it.reports, []);
});

test("looking changes nothing: the transaction is rolled back", async () => {
  const it = widget();
  await it.show();
  assert.deepEqual(it.host.events, ["begin", "query", "rollback"]);
});

for (const cookie of [null, "sid=", "sid=stranger", "sid=ann; sid=both", "other=ann"]) {
  test(`the fallback shows and nothing is loaded with the cookie ${cookie}`, async () => {
    const it = widget({ cookie });
    assert.equal(await it.show(), "<p>Sign in</p>");
    assert.deepEqual([it.loaded(), it.host.events, it.reports], [0, [], []]);
  });
}

for (const [what, change, sentence] of [
  ["is a member of nothing", { cookie: "sid=nobody" }, "You are not allowed to see this."],
  ["names no one of several tenants", { cookie: "sid=both" }, "This cannot be shown now."],
  ["selects a tenant beyond the memberships", { select: () => randomUUID() }, "You are not allowed to see this."],
  ["lacks the permission", { authorize: () => false }, "You are not allowed to see this."],
  [
    "lacks the entitlement",
    { authorize: () => Promise.reject(new Problem("not_entitled")) },
    "You are not allowed to see this.",
  ],
] as const) {
  test(`a card shows and nothing is loaded for a visitor who ${what}`, async () => {
    const it = widget(change);
    assertCard(await it.show(), sentence);
    assert.deepEqual([it.loaded(), it.host.events, it.reports], [0, [], []]);
  });
}

test("a visitor's own tenant can be selected by a prop", async () => {
  const it = widget({ cookie: "sid=both", select: () => TWO });
  await it.show();
  assert.deepEqual(
    it.host.statements.map(({ tenant }) => tenant.id),
    [TWO],
  );
});

for (const [what, change] of [
  ["the load rejects", { load: () => Promise.reject(new Error(canary)) }],
  ["the load never ends", { load: () => new Promise(() => undefined) }],
  [
    "the render throws",
    {
      render: () => {
        throw new Error(canary);
      },
    },
  ],
  ["the identity cannot be asked", { cookie: "sid=broken" }],
  ["the data is a secret", { load: async () => ({ rows: [{ token: new Secret(canary) }] }) }],
  ["the data holds a function", { load: async () => [() => canary] }],
  [
    "the data is computed",
    { load: async () => Object.defineProperty({}, "a", { get: () => canary, enumerable: true }) },
  ],
  ["the data is of a class", { load: async () => ({ error: new Error(canary) }) }],
  ["the data has symbols", { load: async () => ({ [Symbol("a")]: canary }) }],
  [
    "the data goes round",
    {
      load: async () => {
        const a: unknown[] = [];
        a.push(a);
        return a;
      },
    },
  ],
  ["the tenant itself is handed on", { load: async ({ tenant }: UiContext<undefined>) => ({ tenant }) }],
] as const) {
  test(`when ${what} a card shows without saying why, and the host is told under its id`, async () => {
    const it = widget(change);
    const showing = it.show();
    await clock.advance(10_000);
    const html = await showing;
    const id = assertCard(html);
    assert.equal(html.includes(canary), false);
    assert.deepEqual(
      it.reports.map(({ requestId, route }) => [requestId, route]),
      [[id, "UI widget"]],
    );
    assert.deepEqual(clock.waiting(), []);
  });
}

test("a database that is down shows the card", async () => {
  const it = widget();
  it.host.faults.add("database");
  assertCard(await it.show());
});

test("what is rendered is a copy of its own", async () => {
  const rows = [{ name: "a", at: new Date(0), n: 1n, none: null }];
  const it = widget({
    load: async () => rows,
    render: (data) => {
      const copy = data as typeof rows;
      assert.notEqual(copy, rows);
      assert.deepEqual(copy, rows);
      return null;
    },
  });
  assert.equal(await it.show(), "");
  assert.deepEqual(it.reports, []);
});

test("props reach the load through their schema alone", async () => {
  const seen: unknown[] = [];
  const host = { ...fakeHost(), headers: () => new Headers({ cookie: "sid=ann" }) };
  const base = { host, manifest, auth, tenant: memberTenant(), fallback: null, render: () => "shown" } as const;
  const load = async ({ props }: { props: unknown }): Promise<null> => {
    seen.push(props);
    return null;
  };
  const page = uiKey({ ...base, props: z.object({ page: z.coerce.number().int() }), load });
  assert.equal(await page({ page: "2" }), "shown");
  assertCard(renderToStaticMarkup(await page({ page: canary })));
  assertCard(renderToStaticMarkup(await page({ page: 1, tenantId: TWO } as never)));
  assert.equal(await uiKey({ ...base, load })({ page: 3 }), "shown");
  assert.deepEqual(seen, [{ page: 2 }, undefined]);
});

test("what the framework throws to itself passes, and nothing else does", async () => {
  const signal = Object.assign(new Error("redirect"), { digest: "NEXT_REDIRECT;replace;/;307;" });
  for (const change of [{ load: () => Promise.reject(signal) }, { render: () => Promise.reject(signal) }]) {
    const it = widget(change);
    await assert.rejects(it.component({}), (error) => error === signal);
    assert.deepEqual(it.reports, []);
  }
  assertCard(await widget({ load: () => Promise.reject(Object.assign(new Error(canary), { digest: "123" })) }).show());
});

test("a broken card of the host's own, or a missing React, leaves a plain sentence", async () => {
  const fails = (): never => {
    throw new Error(canary);
  };
  const load = (): Promise<never> => Promise.reject(new Error(canary));
  for (const change of [
    { errorCard: fails },
    { react: () => Promise.reject(new Error("Cannot find package 'react'")) },
  ]) {
    const it = widget({ load, ...change });
    assert.match(await it.show(), /^This cannot be shown now\. Reference: [0-9a-f-]{36}$/);
    assert.equal(it.reports.length, 2);
  }
  const own = widget({ load, errorCard: ({ code }) => createElement("i", null, code) });
  assert.equal(await own.show(), "<i>internal_error</i>");
});

for (const [what, change, code] of [
  ["of another type", { manifest: manifestForTest([]) }, "manifest_disagrees"],
  [
    "without tenants",
    { manifest: manifestForTest([], { key_type: ["ui"], tenant_scope: "global", global_reason: "x" }) },
    "manifest_disagrees",
  ],
  ["for webhooks", { auth: { ...auth, kind: "webhook" } }, "ui_invalid"],
  ["without time", { timeoutMs: 0 }, "ui_invalid"],
] as const) {
  test(`a component ${what} is not built`, () => {
    assert.throws(() => widget(change), { code });
  });
}

test("in a browser no component is built", () => {
  Object.defineProperty(globalThis, "document", { value: {}, configurable: true });
  try {
    assert.throws(() => widget(), { code: "ui_invalid" });
  } finally {
    Reflect.deleteProperty(globalThis, "document");
  }
});

// Checked by the compiler: each @ts-expect-error fails the type check once its line compiles.
export function onlyPlainDataIsLoaded(
  base: Omit<UiOptions<never, undefined>, "load" | "render">,
  secret: Secret,
): unknown[] {
  const render = (): null => null;
  return [
    uiKey({ ...base, render, load: async () => ({ rows: [{ name: "a", at: new Date(), n: 1n, tags: ["b"] }] }) }),
    // @ts-expect-error: a secret is no data
    uiKey({ ...base, render, load: async () => ({ rows: [{ secret }] }) }),
    // @ts-expect-error: nor is a function
    uiKey({ ...base, render, load: async () => ({ act: () => 1 }) }),
    // @ts-expect-error: and none can be a child of an element
    createElement("p", null, secret),
  ];
}
