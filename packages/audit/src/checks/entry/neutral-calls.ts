import { wordsOf } from "../../knowledge/names.ts";

/** What belongs to nobody: the machinery of a request, what is counted and remembered of it, and how it is shown. */
const MACHINERY = new Set(
  (
    "redis searchparams formdata kv memcache memcached logger logging loggers analytics posthog sentry tracking metrics metric " +
    "cache caches cached caching revalidate revalidation ratelimit ratelimiter limiter limits throttle cookie cookies header headers " +
    "console performance nextresponse superjson dayjs moment zod schema schemas translate translation translations translator " +
    "i18n t span spans tracer tracing math json redirect redirects render renderer rendered renders format formats formatted formatter " +
    "parse parsed parser parses serialize serializer serialized uuid nanoid random hash hashed hasher hashes date url path limit rate"
  ).split(" "),
);
/** These are things as well, which somebody may have: a track of music, dates that were agreed, somebody's log. */
const EITHER = new Set("log track dates time paths urls".split(" "));
/** What is done to a thing. */
const DONE =
  /^(?:create|add|insert|remove|delete|destroy|update|save|list|find|get|fetch|load|publish|unpublish|send|cancel|move|assign|archive|approve|export|share|rename|upload|restore)$/;

/** `generateRequestId()`, `makeSlug(title)`: a value is made, and nothing is done with it. */
const MAKES =
  /^(?:(?:generate|gen|make|new)[A-Z]\w*(?:I[dD]s?|U[uU]?[iI][dD]|Nonce|Name|Slug|Codes?|Token|Hash|Timestamp|Password|Salt|Secret|Key|Prefix|Suffix|Number|Color|Avatar)|create\w*(?:RequestId|Uuid|UUID|Hash|Slug|Nonce))$/;

/** `logger.info`, `searchParams.get`, `formatDate`: nothing of it is anybody's. */
export function isNeutral(path: string): boolean {
  if (MAKES.test(path.slice(path.lastIndexOf(".") + 1))) return true;
  return path.split(".").some((part, at, parts) => {
    const words = wordsOf(part);
    return words.some((word, nth) => {
      if (MACHINERY.has(word)) return true;
      if (!EITHER.has(word)) return false;
      // `deleteTrack(id)`, `timeLogs.remove(id)`
      const done = nth > 0 ? (words[0] ?? "") : at < parts.length - 1 ? (wordsOf(parts.at(-1) ?? "")[0] ?? "") : "";
      return !DONE.test(done);
    });
  });
}
