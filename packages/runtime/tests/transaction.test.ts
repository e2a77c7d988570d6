import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem, type Sql } from "../src/index.ts";
import { fakeHost } from "../src/testing/index.ts";
import { codeOf, problemOf, thing } from "./thing-route.ts";

test("a handler that asks nothing of the database opens no transaction", async () => {
  const { send, host } = thing({ handler: async () => ({ status: 200, body: {} }) });
  assert.equal((await send()).status, 200);
  assert.equal(host.events.includes("begin"), false);
});

test("the effect is committed before the answer exists, and afterCommit runs in between", async () => {
  const host = fakeHost();
  const { send } = thing({
    host,
    handler: async ({ sql, afterCommit }) => {
      afterCommit(() => void host.events.push("after commit"));
      await sql.query("insert into things");
      return { status: 201 };
    },
  });
  const response = await send();
  assert.equal(response.status, 201);
  assert.deepEqual(host.events.slice(-4), ["begin", "query", "commit", "after commit"]);
});

test("a failing afterCommit is reported and the effect stands", async () => {
  const { send, host } = thing({
    handler: async ({ afterCommit }) => {
      afterCommit(async () => {
        throw new Error("nobody listens");
      });
      return { status: 204 };
    },
  });
  assert.equal((await send()).status, 204);
  assert.equal(host.reports.length, 1);
});

for (const status of [400, 404, 409, 500]) {
  test(`a handler's answer ${status} rolls back, skips afterCommit and has a problem document`, async () => {
    let after = 0;
    const { send, host } = thing({
      handler: async ({ sql, afterCommit }) => {
        afterCommit(() => void after++);
        await sql.query("insert into things");
        return { status, body: { internals: "not for clients" } };
      },
    });
    const response = await send();
    const problem = await problemOf(response);
    assert.equal(problem.status, status);
    assert.equal("internals" in problem, false);
    assert.equal(host.events.at(-1), "rollback");
    assert.equal(after, 0);
  });
}

test("a thrown problem rolls back", async () => {
  const { send, host } = thing({
    handler: async ({ sql }) => {
      await sql.query("insert into things");
      throw new Problem("not_found");
    },
  });
  assert.equal(await codeOf(await send()), "404 not_found");
  assert.equal(host.events.at(-1), "rollback");
});

test("a body that cannot be serialised rolls back", async () => {
  const { send, host } = thing({
    handler: async ({ sql }) => {
      await sql.query("insert into things");
      return { status: 200, body: { cost: 1n } };
    },
  });
  assert.equal(await codeOf(await send()), "500 internal_error");
  assert.equal(host.events.at(-1), "rollback");
});

test("a failed query that the handler swallowed still fails the request", async () => {
  const host = fakeHost({
    answer: () => {
      throw Object.assign(new Error("duplicate"), { code: "23505" });
    },
  });
  const { send } = thing({
    host,
    handler: async ({ sql }) => {
      await sql.query("insert into things").catch(() => undefined);
      return { status: 201 };
    },
  });
  assert.equal(await codeOf(await send()), "500 internal_error");
  assert.equal(host.events.at(-1), "rollback");
});

test("a failed query behind a savepoint that was returned to does not fail the request", async () => {
  const host = fakeHost({
    answer: (text) => {
      if (text === "insert into things") throw Object.assign(new Error("duplicate"), { code: "23505" });
      return { rows: [], rowCount: 0 };
    },
  });
  const { send } = thing({
    host,
    handler: async ({ sql }) => {
      await sql.query("savepoint a");
      await sql.query("insert into things").catch(() => sql.query("rollback to savepoint a"));
      return { status: 200 };
    },
  });
  assert.equal((await send()).status, 200);
  assert.equal(host.events.at(-1), "commit");
});

test("a failed audit entry that the handler swallowed still rolls the effect back", async () => {
  const { send, host } = thing({
    handler: async ({ sql, audit }) => {
      await sql.query("insert into things");
      await audit({ action: "thing.created", subject: { type: "thing", id: "7" } }).catch(() => undefined);
      return { status: 201 };
    },
  });
  host.faults.add("audit");
  assert.equal((await send()).status, 500);
  assert.equal(host.events.includes("commit"), false);
});

test("an audit entry says who, from where and in which request", async () => {
  const { send, host } = thing({
    handler: async ({ audit }) => {
      await audit({ action: "thing.created", subject: { type: "thing", id: "7" }, details: { size: 3 } });
      return { status: 201 };
    },
  });
  const response = await send();
  assert.deepEqual(host.audits, [
    {
      action: "thing.created",
      subject: { type: "thing", id: "7" },
      details: { size: 3 },
      actor: { kind: "api_token", id: "user-ann", label: "ann" },
      requestId: response.headers.get("x-request-id"),
      address: "192.0.2.1",
    },
  ]);
});

test("queries started together reach the connection one after the other", async () => {
  let running = 0;
  let most = 0;
  const host = fakeHost({
    answer: async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return { rows: [], rowCount: 0 };
    },
  });
  const { send } = thing({
    host,
    handler: async ({ sql }) => {
      await Promise.all(["a", "b", "c"].map((name) => sql.query("insert into things", [name])));
      return { status: 201 };
    },
  });
  assert.equal((await send()).status, 201);
  assert.equal(most, 1);
});

test("a query the handler did not wait for is part of the transaction, failure included", async () => {
  const host = fakeHost({
    answer: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      throw Object.assign(new Error("late"), { code: "57P01" });
    },
  });
  const { send } = thing({
    host,
    handler: async ({ sql }) => {
      sql.query("insert into things").catch(() => undefined);
      return { status: 201 };
    },
  });
  assert.equal(await codeOf(await send()), "503 database_unavailable");
  assert.equal(host.events.at(-1), "rollback");
});

test("a transaction kept beyond its request answers no query", async () => {
  let kept: Sql | undefined;
  const { send, host } = thing({
    handler: async ({ sql }) => {
      kept = sql;
      return { status: 200 };
    },
  });
  await send();
  await assert.rejects(async () => kept?.query("select 1"), { code: "transaction_closed" });
  assert.deepEqual(host.statements, []);
});

for (const text of ["commit", " ROLLBACK", "begin", "end", "abort", "start transaction"]) {
  test(`a handler cannot end the transaction with "${text}"`, async () => {
    const { send, host } = thing({
      handler: async ({ sql }) => {
        await sql.query(text);
        return { status: 200 };
      },
    });
    assert.equal((await send()).status, 500);
    assert.deepEqual(host.statements, []);
  });
}

test("a host whose withTenant never gives a transaction fails the request instead of hanging it", async () => {
  const host = { ...fakeHost(), withTenant: async <T>() => undefined as T };
  assert.equal(await codeOf(await thing({ host }).send()), "503 database_unavailable");
});

test("a constraint that only fails at commit is a refusal, not an outage", async () => {
  const inner = fakeHost();
  const host: typeof inner = {
    ...inner,
    async withTenant(tenant, fn) {
      await inner.withTenant(tenant, fn);
      throw Object.assign(new Error("deferred"), { code: "23503" });
    },
  };
  assert.equal(await codeOf(await thing({ host }).send()), "500 internal_error");
});

const DRIVER_ERRORS: readonly [string, Record<string, unknown>, string][] = [
  ["a lost connection", { code: "ECONNRESET" }, "503 database_unavailable"],
  ["a driver's word without a code", { message: "Connection terminated unexpectedly" }, "503 database_unavailable"],
  ["a deadlock", { code: "40P01" }, "503 database_unavailable"],
  ["a statement timeout", { code: "57014" }, "503 database_unavailable"],
  ["too many connections", { code: "53300" }, "503 database_unavailable"],
  ["an error that says it may be retried", { code: "database_lost", retryable: true }, "503 database_unavailable"],
  ["a broken constraint", { code: "23514" }, "500 internal_error"],
  ["a missing right", { code: "42501" }, "500 internal_error"],
  ["an error that says it may not be retried", { code: "57014", retryable: false }, "500 internal_error"],
];
for (const [what, shape, answer] of DRIVER_ERRORS) {
  test(`${what} in a query is answered with ${answer}`, async () => {
    const host = fakeHost({
      answer: () => {
        throw Object.assign(new Error("from the driver"), shape);
      },
    });
    assert.equal(await codeOf(await thing({ host }).send()), answer);
    assert.equal(host.events.at(-1), "rollback");
  });
}

for (const awaited of [true, false]) {
  test(`an audit entry that was not taken and ${awaited ? "was" : "was not"} awaited is not mended by going back to a savepoint`, async () => {
    const host = fakeHost();
    host.faults.add("audit");
    const { send } = thing({
      host,
      handler: async ({ sql, audit }) => {
        await sql.query("insert into things");
        await sql.query("savepoint a");
        const recorded = audit({ action: "thing.made", subject: { type: "thing", id: "1" } }).catch(() => undefined);
        if (awaited) await recorded;
        await sql.query("rollback to savepoint a");
        return { status: 201 };
      },
    });
    assert.equal((await send()).status, 500);
    assert.equal(host.events.includes("commit"), false);
  });
}

for (const back of ["rollback to a", "rollback work to a", "ROLLBACK TRANSACTION TO SAVEPOINT a"]) {
  test(`a query that failed is mended by ${back}`, async () => {
    const host = fakeHost({
      answer: (text) => (text === "bad" ? Promise.reject(new Error("bad")) : { rows: [], rowCount: 0 }),
    });
    const { send } = thing({
      host,
      handler: async ({ sql }) => {
        await sql.query("savepoint a");
        await assert.rejects(sql.query("bad"));
        await sql.query(back);
        return { status: 201 };
      },
    });
    assert.equal((await send()).status, 201);
    assert.equal(host.events.includes("commit"), true);
  });
}

const UNSENDABLE: readonly Record<string, string>[] = [{ "x-a": "b\nc" }, { "x-a": "€" }, { "a name": "x" }];
for (const headers of UNSENDABLE) {
  test(`headers that cannot be sent, ${JSON.stringify(headers)}, have no effect and never reject`, async () => {
    const { send, host } = thing({
      handler: async ({ sql }) => {
        await sql.query("insert into things");
        return { status: 201, body: {}, headers };
      },
    });
    assert.equal(await codeOf(await send()), "500 internal_error");
    assert.equal(host.events.at(-1), "rollback");
    const refusing = thing({ handler: () => Promise.reject(new Problem("conflict", { headers })) });
    assert.equal(await codeOf(await refusing.send()), "500 internal_error");
  });
}

test("a stream that somebody else reads has no effect, and a status that goes without a body has one", async () => {
  const answer = async (status: number, body: unknown) => {
    const { send, host } = thing({
      handler: async ({ sql }) => {
        await sql.query("insert into things");
        return { status, body, headers: { "content-type": "text/csv" } };
      },
    });
    return [(await send()).status, host.events.at(-1)];
  };
  const read = new Blob(["a,b"]).stream();
  read.getReader();
  assert.deepEqual(await answer(200, read), [500, "rollback"]);
  assert.deepEqual(await answer(205, { a: 1 }), [205, "commit"]);
  assert.deepEqual(await answer(204, { a: 1 }), [204, "commit"]);
});
