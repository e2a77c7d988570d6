import { Facts } from "../values/facts.ts";
import { isDigest } from "../interpret/learn.ts";
import { authorise } from "../values/authorise.ts";
import { clientOf, clientsOf } from "../values/trust.ts";
import { opaque, UNDEFINED, type Value } from "../values/value.ts";
import { callBack, errorFirst, handBack } from "./callbacks.ts";
import { nameOfRoot, packageOf, type UnseenCall } from "./call.ts";
import { claimsOf, isOfProvider } from "./decoded-tokens.ts";

const SAFE_COMPARISON =
  /^(?:tsscmp|scmp)$|^(?:crypto|buffer|string)?(?:timing|constant|secure|safe|tss?)\w*(?:equals?|eq|compare|comparison|match(?:es)?)(?:str(?:ing)?s?|hex|utf8|buffers?|bytes|hash(?:es)?|secrets?|tokens?)?$|^(?:equals?|compare|matches)\w*(?:safe(?:ly)?|constant|timing|time)\w*$/i;
const COMPARISON =
  /^(?:is|are|buffers?|bytes|strings?|hex|digests?|signatures?|hmacs?)?_?(?:equals?|eq|same|compare|match(?:es)?)(?:buffers?|bytes|strings?|hex|digests?|signatures?|hmacs?)?$/i;

/** A digest, and what the sender says it is. */
function isSigned(digest: Value, said: Value): boolean {
  return isDigest(digest) && clientOf(said) !== null;
}

const PROMISES = /^(?:bcrypt|bcryptjs|bcrypt-ts|argon2|@node-rs\/(?:argon2|bcrypt))$/;

const DIGESTS =
  /hmac|^(?:compute|create|generate|make|calculate|calc|expected|build|get|derive)\w*(?:signature|digest|mac)$|^sign(?:ature)?(?:body|payload|request|message|webhook|with\w*|for)?$/i;

/** `hmacHex(secret, body)`, `computeSignature(body, secret)`: what signs the body under a secret, by its name. */
function unseenDigest({ method, args, root, names, chain, machine, place }: UnseenCall): Value | undefined {
  if (root.k !== "foreign" || names.length > 1 || args.length < 2 || !DIGESTS.test(method)) return undefined;
  const payload = args.find((arg) => clientsOf(arg).some((said) => said.part === "body"));
  const secret = args.find((arg) => arg !== payload && clientOf(arg) === null && arg.k !== "literal");
  if (payload === undefined || secret === undefined) return undefined;
  machine.record({ kind: "digest", secret, payload, place });
  return { k: "derived", op: "hmac", args: [secret, payload, chain], place };
}

/** `crypto.subtle.verify("HMAC", key, signature, body)`: computed with the key and compared, in one. */
function verifiedAtOnce({ machine, root, names, method, args, place }: UnseenCall): Value | undefined {
  const [, secret, said, payload] = args;
  if (nameOfRoot(root) !== "crypto" || method !== "verify" || !names.includes("subtle")) return undefined;
  if (secret === undefined || said === undefined || payload === undefined) return undefined;
  machine.record({ kind: "digest", secret, payload, place });
  const digest: Value = { k: "derived", op: "hmac", args: [secret, payload], place };
  // With a key that came along nothing is verified, nor is a signature that was just made.
  if (clientOf(secret) !== null || isDigest(said)) {
    machine.record({ kind: "compare", left: digest, right: said, op: "safe", place });
    return { k: "pending", value: opaque("answer"), facts: Facts.none, dead: false };
  }
  if (clientOf(said) === null) {
    // What was decoded on the way, byte by byte, may be what the sender says: not seen to be.
    const shown = Facts.none.with("signature", { sure: false, place, why: "a signature was compared" });
    const value: Value = {
      k: "choice",
      alternatives: [
        { value: { k: "literal", value: true }, facts: shown },
        { value: { k: "literal", value: false }, facts: Facts.none },
      ],
    };
    return { k: "pending", value, facts: Facts.none, dead: false };
  }
  machine.record({ kind: "compare", left: digest, right: said, op: "safe", place });
  const value: Value = { k: "derived", op: "safe-equal", args: [digest, said], place };
  return { k: "pending", value, facts: Facts.none, dead: false };
}

/** Comparing, hashing, signing, and tokens. */
export function cryptography(call: UnseenCall): Value | undefined {
  const { machine, method, args, place, root, names, chain } = call;
  const [first, second] = args;
  const from = packageOf(root);
  const name = nameOfRoot(root);
  if (
    first !== undefined &&
    second !== undefined &&
    (SAFE_COMPARISON.test(method) ||
      (args.length === 2 && COMPARISON.test(method) && (isSigned(first, second) || isSigned(second, first))))
  ) {
    machine.record({ kind: "compare", left: first, right: second, op: "safe", place });
    return { k: "derived", op: "safe-equal", args: [first, second], place };
  }
  // createHmac("sha256", secret).update(body).digest("hex"); createHash likewise.
  if (method === "digest" || method === "sign") {
    const calls = chain.steps.flatMap((step) => (step.kind === "call" ? [step.args] : []));
    const made =
      chain.steps.some((step) => step.kind === "member" && step.name === "createHmac") || name === "createHmac";
    const hashed =
      chain.steps.some((step) => step.kind === "member" && step.name === "createHash") || name === "createHash";
    if (made)
      machine.record({
        kind: "digest",
        secret: calls[0]?.[1] ?? opaque("secret"),
        payload: calls[1]?.[0] ?? opaque("payload"),
        place,
      });
    if (made)
      return {
        k: "derived",
        op: "hmac",
        args: [calls[0]?.[1] ?? opaque("secret"), calls[1]?.[0] ?? opaque("payload")],
        place,
      };
    if (hashed) return { k: "derived", op: "hash", args: calls[1]?.[0] === undefined ? [] : [calls[1][0]], place };
    if (name === "crypto" && names.includes("subtle") && method === "sign")
      return { k: "derived", op: "hmac", args: [second ?? opaque("key"), args[2] ?? opaque("payload")], place };
    if (name === "crypto" && method === "digest")
      return { k: "derived", op: "hash", args: second === undefined ? [] : [second], place };
  }
  const checked = verifiedAtOnce(call);
  if (checked !== undefined) return checked;
  const signed = unseenDigest(call);
  if (signed !== undefined) return signed;
  if (
    (method === "createHmac" || method === "createHash" || method === "update") &&
    (chain.steps.some((step) => step.kind === "member" && /^create(?:Hmac|Hash)$/.test(step.name)) ||
      /^create(?:Hmac|Hash)$/.test(name))
  )
    return chain;
  // `const nanoId = customAlphabet(…)`, called.
  if (root.k === "derived" && root.op === "random" && names.length === 0) return root;
  if (
    /^(?:nano_?id\w*|(?:create|generate|make|new|gen|random|unique)_?(?:nano_?|u?uid_?|unique_?|random_?)?(?:id|uuid|cuid|ulid)|uid|(?!(?:is|parse|to|get|find|validate|check|assert)_?[uncU])[a-z]\w*(?:uuid|nano_?id|cuid2?|ulid))$/i.test(
      method,
    ) &&
    root.k === "foreign" &&
    call.receiver === null &&
    (first === undefined || first.k === "literal")
  )
    return { k: "derived", op: "random", args: [], place };
  if (
    /^(?:randomBytes|randomUUID|nanoid|customAlphabet|createId|cuid|uuid|uuidv4|uuidv7|v4|v7|ulid|randomInt|generateId|generateRandomString|init)$/.test(
      method,
    ) &&
    (root.k === "foreign" || root.k === "opaque") &&
    first?.k !== "client"
  ) {
    return handBack(machine, args, { k: "derived", op: "random", args: [], place }, place);
  }
  if (
    /^(?:compare|compareSync|verify)$/.test(method) &&
    /bcrypt|argon2|scrypt|password|hash/i.test(`${from} ${name}`) &&
    first !== undefined &&
    second !== undefined
  ) {
    const shown = { sure: true, place, why: "a password was verified" };
    let facts = Facts.none.with("auth", shown).with("capability", shown);
    for (const arg of [first, second]) for (const row of rowsIn(arg)) facts = authorise(row, facts, shown);
    const matches: Value = {
      k: "choice",
      alternatives: [
        { value: { k: "literal", value: true }, facts },
        { value: { k: "literal", value: false }, facts: Facts.none },
      ],
    };
    machine.record({
      kind: "call",
      name: "compare-password",
      path: method,
      origin: "global",
      args: [first, second],
      awaited: true,
      result: chain,
      place,
    });
    // Those of the libraries answer a promise, unless they say that they do not or are given a callback.
    return PROMISES.test(from) && !method.endsWith("Sync") && errorFirst(args) === null
      ? { k: "pending", value: matches, facts: Facts.none, dead: false }
      : handBack(machine, args, matches, place);
  }
  if (
    /^(?:hash|hashSync|genSalt|scrypt|pbkdf2|scryptSync|pbkdf2Sync)$/.test(method) &&
    /bcrypt|argon2|scrypt|crypto/i.test(`${from} ${name}`)
  ) {
    const digest: Value = { k: "derived", op: "hash", args: first === undefined ? [] : [first], place };
    return handBack(machine, args, digest, place);
  }
  const isJwt =
    /jsonwebtoken|^jose$|jwt/i.test(`${from} ${name}`) || (root.k === "foreign" && root.from === "hono/jwt");
  if (
    isJwt &&
    /^(?:verify|jwtVerify|jwtDecrypt|verifyAsync|verifyJwt|verifyJWT|verifySync)$/.test(method) &&
    first !== undefined
  ) {
    machine.record({
      kind: "call",
      name: "verify-token",
      path: method,
      origin: "package",
      args,
      awaited: true,
      result: chain,
      place,
    });
    const who: Value = { k: "principal", path: "token", sure: true, origin: place };
    const value: Value = method.startsWith("jwt")
      ? {
          k: "struct",
          props: new Map([
            ["payload", who],
            ["protectedHeader", opaque("header")],
          ]),
          spreads: [],
          node: null,
        }
      : who;
    const shown = { sure: true, place, why: "a token was verified" };
    // What was read of the same token before, to find the key by, is true from here on.
    const facts = authorise(claimsOf(first), Facts.none.with("auth", shown), shown);
    const callback = errorFirst(args) ?? (args.length > 2 && args.at(-1)?.k === "closure" ? args.at(-1) : null);
    if (callback?.k === "closure") {
      callBack(machine, callback, value, facts, place);
      return UNDEFINED;
    }
    // Those of jose, and every `…Async`, prove nothing until they are awaited.
    if (method !== "verify" && method !== "verifySync") return { k: "pending", value, facts, dead: false };
    machine.assume(facts);
    return value;
  }
  // `jwtDecode()` is given no token: it makes the middleware of the house that looks at one.
  if (first !== undefined && ((isJwt && DECODES.test(method)) || /^(?:jwtDecode|jwt_decode|decodeJwt)$/.test(method))) {
    // What a provider has just answered for a code is the provider's word.
    if (isOfProvider(first)) return opaque("claims");
    machine.record({ kind: "jwt-decode", value: first, place });
    return claimsOf(first);
  }
  if (isJwt && /^(?:sign|signAsync|SignJWT)$/.test(method)) {
    machine.record({
      kind: "call",
      name: "sign-token",
      path: method,
      origin: "package",
      args,
      awaited: false,
      result: chain,
      place,
    });
    const token: Value = { k: "derived", op: "token", args: first === undefined ? [] : [first], place };
    return handBack(machine, args, token, place);
  }
  return undefined;
}

const DECODES = /^(?:decode|decodeJwt|decodeJwtSync)$/;

/** `user?.passwordHash ?? DUMMY`: nobody knows the password of what is compared only to take as long. */
function rowsIn(value: Value): readonly Value[] {
  if (value.k === "choice") return value.alternatives.flatMap((one) => rowsIn(one.value));
  return value.k === "rows" ? [value] : [];
}
