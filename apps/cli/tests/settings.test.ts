import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { CliError } from "../src/errors.ts";
import { allowedHosts } from "../src/settings/allowed-hosts.ts";
import { isLoopback } from "../src/settings/loopback.ts";
import { readServerSettings } from "../src/settings/server-settings.ts";

function refusal(env: Record<string, string>): CliError {
  try {
    readServerSettings(env);
  } catch (error) {
    assert.ok(error instanceof CliError);
    assert.equal(error.code, "settings_invalid");
    assert.equal(error.exitCode, 78);
    return error;
  }
  assert.fail(`accepted ${Object.keys(env).join(", ")}`);
}

const beyond = { METERR_HOST: "0.0.0.0", METERR_PUBLIC_URL: "https://meterr.example.com" };

describe("refused settings", () => {
  const cases: [string, Record<string, string>, RegExp][] = [
    ["a port above 65535", { METERR_GATEWAY_PORT: "65536" }, /METERR_GATEWAY_PORT must be a port/],
    ["port zero", { METERR_DASHBOARD_PORT: "0" }, /METERR_DASHBOARD_PORT must be a port/],
    ["a port with letters", { METERR_SANDBOX_PORT: "80a" }, /METERR_SANDBOX_PORT must be a port/],
    [
      "two processes on one port",
      { METERR_GATEWAY_PORT: "3000" },
      /METERR_DASHBOARD_PORT is the same port as METERR_GATEWAY_PORT/,
    ],
    ["a relative home", { METERR_HOME: "data" }, /METERR_HOME must be an absolute path/],
    ["another database", { METERR_DATABASE_URL: "mysql://u:p@127.0.0.1/x" }, /METERR_DATABASE_URL is refused/],
    [
      "a remote database without TLS",
      { METERR_DATABASE_URL: "postgres://u:p@db.example.com/x?sslmode=disable" },
      /METERR_DATABASE_URL is refused/,
    ],
    ["a short KEK", { METERR_KEK: "c2hvcnQ" }, /METERR_KEK must be 32 bytes/],
    [
      "a KEK and a KEK file",
      { METERR_KEK: randomBytes(32).toString("base64url"), METERR_KEK_FILE: "/kek" },
      /METERR_KEK is set together/,
    ],
    ["a certificate without its key", { METERR_TLS_CERT: "/cert" }, /METERR_TLS_KEY is missing/],
    ["a key without its certificate", { METERR_TLS_KEY: "/key" }, /METERR_TLS_CERT is missing/],
    ["a flag that is neither", { METERR_BEHIND_TLS_PROXY: "maybe" }, /METERR_BEHIND_TLS_PROXY must be true or false/],
    [
      "a proxy that is no network",
      { METERR_TRUSTED_PROXIES: "10.0.0.0/8,proxy" },
      /METERR_TRUSTED_PROXIES must hold addresses/,
    ],
    ["a prefix too long", { METERR_TRUSTED_PROXIES: "10.0.0.0/33" }, /METERR_TRUSTED_PROXIES must hold addresses/],
    [
      "a destination with a path",
      { METERR_ALLOWED_DESTINATIONS: "https://llm.example.com/v1" },
      /METERR_ALLOWED_DESTINATIONS must hold exact origins/,
    ],
    [
      "a destination with credentials",
      { METERR_ALLOWED_DESTINATIONS: "https://a:b@llm.example.com" },
      /METERR_ALLOWED_DESTINATIONS must hold exact origins/,
    ],
    ["an unknown log level", { METERR_LOG_LEVEL: "loud" }, /METERR_LOG_LEVEL must be one of/],
    ["a host with a scheme", { METERR_HOST: "http://0.0.0.0" }, /METERR_HOST must be a host name/],
    [
      "a public address with a path",
      { METERR_PUBLIC_URL: "https://example.com/meterr" },
      /METERR_PUBLIC_URL must be an address/,
    ],
    ["a listener beyond loopback without TLS", beyond, /METERR_HOST reaches beyond this machine without TLS/],
    ["a listener on every IPv6 address without TLS", { ...beyond, METERR_HOST: "::" }, /METERR_HOST reaches beyond/],
    [
      "a listener beyond loopback without a public address",
      { METERR_HOST: "0.0.0.0", METERR_BEHIND_TLS_PROXY: "true" },
      /METERR_PUBLIC_URL is missing/,
    ],
    [
      "a public address without TLS",
      { ...beyond, METERR_BEHIND_TLS_PROXY: "1", METERR_PUBLIC_URL: "http://meterr.example.com" },
      /METERR_PUBLIC_URL must begin with https/,
    ],
  ];
  for (const [what, env, message] of cases) {
    test(`${what} is refused, naming the variable`, () => assert.match(refusal(env).message, message));
  }
});

test("all problems are reported at once", () => {
  const { message } = refusal({ METERR_GATEWAY_PORT: "x", METERR_LOG_LEVEL: "loud", METERR_TRUSTED_PROXIES: "?" });
  for (const name of ["METERR_GATEWAY_PORT", "METERR_LOG_LEVEL", "METERR_TRUSTED_PROXIES"])
    assert.match(message, new RegExp(name));
  assert.match(message, /3 settings need attention/);
});

test("a refused value is never repeated", () => {
  const canary = randomBytes(12).toString("hex");
  const error = refusal({ METERR_KEK: canary, METERR_DATABASE_URL: `mysql://u:${canary}@127.0.0.1/x` });
  assert.ok(!`${error.message} ${error.next} ${String(error.cause)}`.includes(canary));
});

test("an empty environment gives loopback listeners and the documented ports", () => {
  const settings = readServerSettings({ METERR_GATEWAY_PORT: "" });
  assert.deepEqual(
    [settings.host, settings.gatewayPort, settings.dashboardPort, settings.sandboxPort],
    ["127.0.0.1", 4000, 3000, 4010],
  );
  assert.equal(settings.publicUrl, "http://localhost:3000");
  assert.equal(settings.database, undefined);
});

test("own TLS, or a proxy that ends it, opens listeners beyond loopback", () => {
  assert.equal(readServerSettings({ ...beyond, METERR_BEHIND_TLS_PROXY: "true" }).host, "0.0.0.0");
  const tls = readServerSettings({ ...beyond, METERR_TLS_CERT: "/c", METERR_TLS_KEY: "/k" }).tls;
  assert.deepEqual(tls, { certFile: "/c", keyFile: "/k" });
});

test("lists lose blanks and keep exact origins", () => {
  const settings = readServerSettings({
    METERR_ALLOWED_DESTINATIONS: " https://a.example.com , http://127.0.0.1:8080/ ,",
    METERR_TRUSTED_PROXIES: "10.0.0.0/8, ::1",
  });
  assert.deepEqual(settings.allowedDestinations, ["https://a.example.com", "http://127.0.0.1:8080"]);
  assert.deepEqual(settings.trustedProxies, ["10.0.0.0/8", "::1"]);
});

test("the Host allow-list holds loopback names and the public name, never a wildcard", () => {
  const hosts = allowedHosts({
    host: "0.0.0.0",
    publicUrl: "https://meterr.example.com",
    gatewayUrl: "https://llm.example.com",
  });
  assert.deepEqual(hosts, ["localhost", "127.0.0.1", "[::1]", "meterr.example.com", "llm.example.com"]);
});

test("only what this machine alone can reach counts as loopback", () => {
  for (const host of ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"]) assert.ok(isLoopback(host), host);
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "localhost.example.com", "128.0.0.1"])
    assert.ok(!isLoopback(host), host);
});
