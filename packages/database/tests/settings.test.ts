import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDatabaseUrl } from "../src/parse-database-url.ts";
import { tlsOptions } from "../src/tls.ts";

const secret = "p%40ss%2Fword";

test("an address is read in full, with what was encoded in it", () => {
  assert.deepEqual(parseDatabaseUrl(`postgresql://me:${secret}@db.example.test:6000/meterr?sslmode=verify-full`), {
    host: "db.example.test",
    port: 6000,
    database: "meterr",
    user: "me",
    password: "p@ss/word",
    tls: {},
  });
});

test("beyond this machine TLS is on whatever the address leaves out, and cannot be turned off or weakened", () => {
  assert.deepEqual(parseDatabaseUrl(`postgres://me:${secret}@db.example.test/meterr`).tls, {});
  for (const mode of ["disable", "allow", "prefer", "no-verify", "", "REQUIRE"]) {
    assert.throws(
      () => parseDatabaseUrl(`postgres://me:${secret}@10.0.0.4/meterr?sslmode=${mode}`),
      { code: "tls_required" },
      mode,
    );
  }
  assert.throws(() => tlsOptions({ host: "db.example.test", tls: false }), { code: "tls_required" });
  for (const host of ["127.0.0.1.example.test", "localhost.example.test", "10.0.0.4", "0.0.0.0"]) {
    assert.throws(() => tlsOptions({ host, tls: false }), { code: "tls_required" }, host);
  }
});

test("the certificate is verified, for the host's own name and against the named authority", () => {
  assert.deepEqual(tlsOptions({ host: "db.example.test", tls: { ca: "PEM" } }), {
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    servername: "db.example.test",
    ca: "PEM",
  });
  const read = (path: string): string => `PEM of ${path}`;
  assert.deepEqual(parseDatabaseUrl("postgres://me@h.test/d?sslrootcert=/ca.pem", read).tls, { ca: "PEM of /ca.pem" });
});

test("on this machine, over loopback or a socket folder, TLS may be off", () => {
  for (const host of ["127.0.0.1", "127.1.2.3", "localhost", "[::1]"]) {
    assert.equal(parseDatabaseUrl(`postgres://me:x@${host}/meterr`).tls, false, host);
  }
  assert.deepEqual(parseDatabaseUrl("postgres://me:x@/meterr?host=/var/run/postgresql"), {
    host: "/var/run/postgresql",
    port: 5432,
    database: "meterr",
    user: "me",
    password: "x",
    tls: false,
  });
});

test("what is no address is refused without being repeated", () => {
  for (const text of [
    "",
    "x",
    `mysql://me:${secret}@h/d`,
    `postgres://:${secret}@h/d`,
    `postgres://me:${secret}@h/`,
    `postgres://me:${secret}@h:99999/d`,
    "postgres://me:%zz@h/d",
  ]) {
    assert.throws(
      () => parseDatabaseUrl(text),
      (error: unknown) => {
        assert.equal((error as { code: string }).code, "settings_invalid", text);
        assert.ok(!(error as Error).message.includes(secret));
        return true;
      },
    );
  }
});
