import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { codeOf } from "./thing-route.ts";
import { hook, newSecret, newWhsec, NOW_SECONDS, TENANT, type Sender } from "./webhook-route.ts";
import { senders } from "./webhook-senders.ts";

const INVALID = "401 credential_invalid";
const LIMIT = 300;

async function refused(
  sender: Sender,
  body: string | Uint8Array,
  headers: Record<string, string | null>,
  code = INVALID,
) {
  const { post, reached, host } = hook(sender.auth);
  assert.equal(await codeOf(await post(body, headers)), code);
  assert.equal(reached.length, 0);
  assert.deepEqual(host.statements, []);
}

async function taken(sender: Sender, body: string | Uint8Array, headers: Record<string, string>) {
  const { post, reached } = hook(sender.auth);
  const response = await post(body, headers);
  assert.equal(response.status, 200, await response.text());
  return reached[0];
}

for (const sender of senders()) {
  const { name, signatureHeader } = sender;

  test(`${name}: a signed delivery reaches the handler under the tenant its account maps to`, async () => {
    const body = sender.body();
    const context = await taken(sender, body, sender.sign(body));
    assert.deepEqual(
      [context?.tenant.id, context?.tenant.subject, context?.tenant.role, context?.principal.kind],
      [TENANT, null, "webhook", "webhook"],
    );
    assert.deepEqual(Buffer.from(context?.principal.delivery?.rawBody() ?? []).toString(), body);
    assert.equal(context?.principal.delivery?.sentAt?.getTime() ?? null, sender.timed ? NOW_SECONDS * 1000 : null);
  });

  test(`${name}: a verified delivery whose account has no tenant is 400`, async () => {
    const body = sender.body().replace("acct_1", "acct_of_nobody");
    await refused(sender, body, sender.sign(body), "400 tenant_required");
    const without = sender.body().replace('"account"', '"other"');
    await refused(sender, without, sender.sign(without), "400 tenant_required");
  });

  test(`${name}: a missing, malformed or foreign signature is 401`, async () => {
    const body = sender.body();
    const good = sender.sign(body);
    await refused(sender, body, { ...good, [signatureHeader]: null }, "401 credential_required");
    const value = good[signatureHeader] ?? "";
    const hex = /[0-9a-f]{64}/.exec(value)?.[0];
    for (const bad of [
      "",
      "undefined",
      value.slice(0, -2),
      `${value}00`,
      `${value} `.repeat(400),
      value.replace(/.$/, "é"),
      ...(hex === undefined ? [] : [value.replace(hex, ""), value.replace(hex, hex.toUpperCase().replace(/^./, "g"))]),
      Object.values(
        sender.sign(body, { secret: signatureHeader === "webhook-signature" ? newWhsec() : newSecret() }),
      ).find((found) => found.length > 40) ?? "",
    ]) {
      await refused(sender, body, { ...good, [signatureHeader]: bad }, bad === "" ? "401 credential_invalid" : INVALID);
    }
  });

  test(`${name}: any change of the body, re-serialisation included, is 401`, async () => {
    const body = sender.body();
    const good = sender.sign(body);
    for (const bad of [
      JSON.stringify(JSON.parse(body)),
      `${body} `,
      `\uFEFF${body}`,
      body.replace("a.b", "a.c"),
      "",
      "{}",
    ]) {
      assert.notEqual(bad, body);
      await refused(sender, bad, good);
    }
  });

  test(`${name}: a body that is not UTF-8 shares its signature with no other`, async () => {
    const [one, other] = [0xff, 0xfe].map((byte) =>
      Buffer.concat([Buffer.from('{"id":"evt_1","account":"acct_1","x":"'), Buffer.from([byte]), Buffer.from('"}')]),
    );
    assert.ok(one !== undefined && other !== undefined);
    const text = new TextDecoder().decode(one);
    assert.equal(text, new TextDecoder().decode(other));
    await refused(sender, one, sender.sign(other));
    await refused(sender, one, sender.sign(text));
    // Signed as it is, it is still no JSON.
    const { post, reached } = hook(sender.auth);
    assert.ok([400, 401].includes((await post(one, sender.sign(one))).status));
    assert.equal(reached.length, 0);
  });

  test(`${name}: compressed bytes are verified as they came and read by nobody`, async () => {
    const body = sender.body();
    const zipped = gzipSync(body);
    const encoding = { "content-encoding": "gzip" };
    await refused(sender, zipped, { ...sender.sign(body), ...encoding });
    const { post, reached } = hook(sender.auth);
    assert.ok([400, 401, 415].includes((await post(zipped, { ...sender.sign(zipped), ...encoding })).status));
    assert.equal(await codeOf(await post(body, { ...sender.sign(body), ...encoding })), "415 unsupported_media_type");
    assert.equal(reached.length, 0);
  });

  test(`${name}: a signed body that is no JSON object is 400`, async () => {
    for (const body of ["no json", '"text"', '{"id":"evt_1","id":"evt_2"}', "[1]"]) {
      const { post, reached } = hook(sender.auth);
      assert.equal((await post(body, sender.sign(body))).status, 400, body);
      assert.equal(reached.length, 0);
    }
  });

  if (!sender.timed) continue;

  test(`${name}: the age of a delivery is bounded in both directions`, async () => {
    for (const seconds of [-LIMIT + 1, 0, LIMIT]) {
      const body = sender.body();
      await taken(sender, body, sender.sign(body, { time: String(NOW_SECONDS + seconds) }));
    }
    for (const seconds of [-LIMIT - 1, -86_400, LIMIT + 1, 86_400, 10 * 365 * 86_400]) {
      const body = sender.body();
      await refused(sender, body, sender.sign(body, { time: String(NOW_SECONDS + seconds) }));
    }
  });

  test(`${name}: a time has one spelling`, async () => {
    const body = sender.body();
    for (const time of [
      `${NOW_SECONDS}abc`,
      `0${NOW_SECONDS}`,
      `+${NOW_SECONDS}`,
      `${NOW_SECONDS}.0`,
      `${NOW_SECONDS}000`,
      `${NOW_SECONDS / 1000}e3`,
      "-1",
      "0",
      "NaN",
      "Infinity",
      "now",
    ]) {
      await refused(sender, body, sender.sign(body, { time }));
    }
  });
}

const [stripe, github, standard, generic] = senders();
assert.ok(stripe && github && standard && generic);

test("Stripe: a second time in the header, or none, is refused", async () => {
  const body = stripe.body();
  const header = stripe.sign(body)["stripe-signature"] ?? "";
  const [, ...rest] = header.split(",");
  for (const bad of [`t=1,${header}`, `${header},t=${NOW_SECONDS}`, rest.join(","), `t=,${rest.join(",")}`]) {
    await refused(stripe, body, { "stripe-signature": bad });
  }
  const two = new Headers({ "stripe-signature": header });
  two.append("stripe-signature", header);
  await refused(stripe, body, { "stripe-signature": two.get("stripe-signature") });
});

test("Stripe: a v0 signature is none", async () => {
  const body = stripe.body();
  await refused(stripe, body, {
    "stripe-signature": stripe.sign(body)["stripe-signature"]?.replace("v1=", "v0=") ?? "",
  });
});

test("Stripe: one good signature among several is enough, whatever else the header lists", async () => {
  const body = stripe.body();
  const header = stripe.sign(body)["stripe-signature"] ?? "";
  const other = randomBytes(32).toString("hex");
  await taken(stripe, body, { "stripe-signature": header.replace("v1=", `v0=${other},v1=${other},v1=`) });
});

test("GitHub: neither the SHA-1 signature nor a delivery without an id is a credential", async () => {
  const body = github.body();
  const { "x-hub-signature-256": signature = "", ...rest } = github.sign(body);
  await refused(github, body, { ...rest, "x-hub-signature": signature }, "401 credential_required");
  await refused(github, body, { ...github.sign(body), "x-github-delivery": null });
  await refused(github, body, { ...github.sign(body), "x-github-delivery": "1" });
});

test("Standard Webhooks: id and time are signed too", async () => {
  const body = standard.body();
  const good = standard.sign(body);
  await refused(standard, body, { ...good, "webhook-id": randomUUID() });
  await refused(standard, body, { ...good, "webhook-timestamp": String(NOW_SECONDS - 1) });
  await refused(standard, body, { ...good, "webhook-id": null });
  await refused(standard, body, { ...good, "webhook-timestamp": null });
});

test("Standard Webhooks: an id with a full stop cannot move the border to the time", async () => {
  const body = standard.body();
  await refused(standard, body, standard.sign(body, { id: "a.b" }));
});

test("Standard Webhooks: other versions beside are ignored, and are no signature alone", async () => {
  const body = standard.body();
  const good = standard.sign(body);
  const value = good["webhook-signature"] ?? "";
  const other = `v1a,${randomBytes(64).toString("base64")}`;
  const wrong = `v1,${randomBytes(32).toString("base64")}`;
  await taken(standard, body, { ...good, "webhook-signature": `${other} ${wrong} ${value}` });
  await refused(standard, body, { ...good, "webhook-signature": value.replace("v1,", "v1a,") });
  await refused(standard, body, { ...good, "webhook-signature": `${wrong} `.repeat(20) + value });
});

test("generic: a time that is required cannot be left out, and is signed", async () => {
  const body = generic.body();
  const good = generic.sign(body);
  await refused(generic, body, { ...good, "x-webhook-timestamp": null });
  await refused(generic, body, { ...good, "x-webhook-timestamp": String(NOW_SECONDS - 1) });
});
