import type { Value } from "../values/value.ts";
import { packageOf, type UnseenCall } from "./call.ts";

/** `isNil(row)`, `isDefined(user)`: a question whether there is anything, under the names libraries give it. */
export function predicates(call: UnseenCall): Value | undefined {
  const { method, args, place } = call;
  const [only, ...more] = args;
  if (only === undefined || more.length > 0 || only.k === "closure") return undefined;
  // `isNotNull(notices.publishedAt)` asks the database.
  if (/^(?:drizzle-orm|kysely|typeorm|@mikro-orm\/)/.test(packageOf(call.root))) return undefined;
  if (/^(?:isNil|isNull|isUndefined|isNullish|isNullOrUndefined|isEmpty|isNone|isBlank|isMissing)$/.test(method))
    return { k: "derived", op: "!", args: [only], place };
  if (
    /^(?:isDefined|isNotNil|isNotNull|isNotNullish|isPresent|notNil|isNotEmpty|isSome|notEmpty|exists)$/.test(method) &&
    call.receiver === null
  )
    return { k: "derived", op: "boolean", args: [only], place };
  return undefined;
}
