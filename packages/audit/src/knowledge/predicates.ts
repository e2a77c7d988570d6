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
  // `isUuid(params.token)`, `validator.isAlphanumeric(name)`: of letters that mean nothing in another language.
  if (FORMATS.test(method) || (/^(?:validate|isValid)$/.test(method) && OF_IDS.test(packageOf(call.root))))
    return { k: "derived", op: "matches", args: [only], place };
  // `isString(title)`, `_.isPlainObject(body)`: its type was asked under the name a library gives it.
  if (TYPES.test(method)) return { k: "derived", op: "is-type", args: [only], place };
  return undefined;
}
const TYPES = /^is(?:String|Number|Boolean|Array|PlainObject|Finite|SafeInteger|Date)$/;
const FORMATS =
  /^is_?(?:Valid_?)?(?:uuid(?:v\d)?|guid|cuid2?|ulid|nano_?id|object_?id|mongo_?id|alpha(?:numeric)?|hex(?:adecimal)?|numeric|int(?:eger)?|ip(?:v[46])?|md5|iso8601|hex_?colou?r)$/i;
const OF_IDS = /^(?:uuid|ulid|ulidx|cuid|@paralleldrive\/cuid2|mongoose|bson|mongodb|uuid-validate|is-uuid|slugid)$/;
