import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { registerHooks } from "node:module";
import { test } from "node:test";
import { RuntimeError } from "../src/index.ts";
import {
  genericWebhook,
  githubWebhook,
  standardWebhook,
  stripeWebhook,
  type SecretSource,
  type StandardLibrary,
  type WebhookAuthenticator,
} from "../src/webhooks/index.ts";
import { codeOf } from "./thing-route.ts";
import { ACCOUNT, hmacHex, hook, newSecret, newWhsec, NOW_SECONDS, tenantOf } from "./webhook-route.ts";

const MAKERS: Readonly<Record<string, (secret: SecretSource) => WebhookAuthenticator>> = {
  stripeWebhook: (secret) => stripeWebhook({ secret, tenantOf }),
  githubWebhook: (secret) => githubWebhook({ secret, tenantOf, account: () => ACCOUNT }),
  standardWebhook: (secret) => standardWebhook({ secret, tenantOf, account: () => ACCOUNT }),
  genericWebhook: (secret) => genericWebhook({ sender: "acme", secret, tenantOf, account: () => ACCOUNT }),
};

const short = randomBytes(4).toString("hex");
/** Headers that pass every check of form, so that a secret is what decides. */
const headers = {
  "stripe-signature": `t=${NOW_SECONDS},v1=${hmacHex("", `${NOW_SECONDS}.{}`)}`,
  "x-hub-signature-256": `sha256=${hmacHex("", "{}")}`,
  "x-github-delivery": randomUUID(),
  "webhook-id": "msg_1",
  "webhook-timestamp": String(NOW_SECONDS),
  "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  "x-webhook-signature": hmacHex("", "{}"),
};

for (const [name, make] of Object.entries(MAKERS)) {
  const good = (): string => (name === "stripeWebhook" || name === "standardWebhook" ? newWhsec() : newSecret());
  const UNFIT: readonly [string, unknown][] = [
    ["unset", undefined],
    ["null", null],
    ["empty", ""],
    ["white space", " ".repeat(40)],
    ["short", short],
    ["short behind its prefix", "whsec_" + short],
    ["followed by a line feed", `${good()}\n`],
    ["a number", 1e40],
    ["none of a list", []],
    ["empty in a list beside a good one", [good(), ""]],
    ["unset in a list beside a good one", [good(), undefined]],
    ["too many", Array.from({ length: 5 }, good)],
  ];
  for (const [what, unfit] of UNFIT) {
    test(`${name}: a secret that is ${what} is refused when built and at each call`, async () => {
      if (!(name === "genericWebhook" || name === "githubWebhook") || what !== "short behind its prefix") {
        assert.throws(() => make(unfit as string), { name: "RuntimeError", code: "webhook_secret_invalid" });
        const { post, reached, host } = hook(make(() => unfit as string));
        assert.equal(await codeOf(await post("{}", headers)), "503 identity_unavailable");
        assert.equal(reached.length, 0);
        const [failure] = host.reports;
        assert.match(String(failure?.error), new RegExp(`^RuntimeError: ${name}: `));
        if (typeof unfit === "string" && unfit.trim() !== "")
          assert.equal(String(failure?.error).includes(unfit.trim()), false);
      }
    });
  }

  test(`${name}: a missing signature is 401 even where no secret is set`, async () => {
    const { post, reached } = hook(make(() => ""));
    assert.equal(await codeOf(await post("{}", {})), "401 credential_required");
    assert.equal(reached.length, 0);
  });

  test(`${name}: a store of secrets that fails is 503, so that the sender tries again`, async () => {
    const { post, reached } = hook(make(() => Promise.reject(new Error("planted"))));
    assert.equal(await codeOf(await post("{}", headers)), "503 identity_unavailable");
    assert.equal(reached.length, 0);
  });
}

test("during a rotation both secrets verify; the old one no longer once it is gone", async () => {
  const [old, fresh] = [newSecret(), newSecret()];
  let secrets: readonly string[] = [old];
  const auth = genericWebhook({ sender: "acme", secret: async () => secrets, tenantOf, account: () => ACCOUNT });
  const { post } = hook(auth);
  const send = async (secret: string, ...others: readonly string[]): Promise<number> => {
    const body = JSON.stringify({ id: randomUUID() });
    const signatures = [secret, ...others].map((one) => hmacHex(one, body));
    return (await post(body, { "x-webhook-signature": signatures.join(", ") })).status;
  };
  assert.deepEqual([await send(old), await send(fresh)], [200, 401]);
  secrets = [fresh, old];
  assert.deepEqual([await send(old), await send(fresh), await send(fresh, old)], [200, 200, 200]);
  secrets = [fresh];
  assert.deepEqual([await send(old), await send(fresh), await send(old, fresh)], [401, 200, 200]);
});

test("a tolerance of nothing, of any age or of more than an hour is refused when built", () => {
  for (const toleranceSeconds of [0, -1, 0.5, 3601, Number.NaN, Number.POSITIVE_INFINITY]) {
    for (const make of [
      () => stripeWebhook({ secret: newWhsec(), toleranceSeconds }),
      () => standardWebhook({ secret: newWhsec(), toleranceSeconds }),
      () => genericWebhook({ sender: "acme", secret: newSecret(), toleranceSeconds }),
    ]) {
      assert.throws(make, { name: "RuntimeError", code: "webhook_invalid" });
    }
  }
});

test("a sender and its headers have plain names", () => {
  const secret = newSecret();
  for (const sender of ["", "Acme", "a b", "a:b", "x".repeat(49)]) {
    assert.throws(() => genericWebhook({ sender, secret }), { code: "webhook_invalid" });
    assert.throws(() => standardWebhook({ sender, secret: newWhsec() }), { code: "webhook_invalid" });
  }
  assert.throws(() => genericWebhook({ sender: "acme", secret, signatureHeader: "a b" }), { code: "webhook_invalid" });
  assert.throws(() => genericWebhook({ sender: "acme", secret, timestampHeader: "" }), { code: "webhook_invalid" });
});

test("a library that is not installed is 503, and the report names what to install", async () => {
  const absent = new Set(["stripe", "@octokit/webhooks-methods", "standardwebhooks"]);
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (absent.has(specifier)) throw Object.assign(new Error("not found"), { code: "ERR_MODULE_NOT_FOUND" });
      return next(specifier, context);
    },
  });
  try {
    for (const [name, packageName] of [
      ["stripeWebhook", "stripe"],
      ["githubWebhook", "@octokit/webhooks-methods"],
      ["standardWebhook", "standardwebhooks"],
    ] as const) {
      const secret = name === "githubWebhook" ? newSecret() : newWhsec();
      const { post, host } = hook(MAKERS[name]?.(secret) ?? assert.fail());
      assert.equal(await codeOf(await post("{}", headers)), "503 identity_unavailable");
      const error = host.reports[0]?.error;
      assert.ok(error instanceof RuntimeError && error.code === "peer_missing");
      assert.equal(error.message.endsWith(`npm install ${packageName}`), true);
    }
  } finally {
    hooks.deregister();
  }
});

test("a library that cannot be loaded is 503, is reported, and is tried again", async () => {
  let missing = true;
  const secret = newWhsec();
  const library = async (): Promise<StandardLibrary> => {
    if (missing) throw new Error("Cannot find package");
    return import("standardwebhooks");
  };
  const auth = standardWebhook({ secret, library, tenantOf, account: () => ACCOUNT });
  const { Webhook } = await import("standardwebhooks");
  const sign = () => ({
    "webhook-id": "msg_1",
    "webhook-timestamp": String(NOW_SECONDS),
    "webhook-signature": new Webhook(secret).sign("msg_1", new Date(NOW_SECONDS * 1000), "{}"),
  });
  const { post, host } = hook(auth);
  assert.equal(await codeOf(await post("{}", sign())), "503 identity_unavailable");
  assert.match(String(host.reports[0]?.error), /Cannot find package/);
  missing = false;
  assert.equal((await post("{}", sign())).status, 200);
});
