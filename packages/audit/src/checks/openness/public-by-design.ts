import type { EntryPoint } from "../../entry-points/entry-point.ts";
import { wordsOf } from "../../knowledge/names.ts";
import type { Judged } from "../../rules/rule.ts";
import { asksCallers } from "./asks-callers.ts";

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}

/** Words of a path or name that say: anybody may come here. */
const PUBLIC = words(
  "login signin signup signout logout register registration forgot reset verify verification confirm callback oauth " +
    "oauth2 sso saml oidc health healthz healthcheck livez readyz liveness readiness ping version robots sitemap feed " +
    "rss og opengraph public share shared embed unsubscribe csrf jwks openapi swagger favicon nextauth magic otp captcha " +
    "csp pixel beacon widget badge badges passkey webauthn authenticate authorize anonymous guest pricing faq donate donation donations published redirect",
);
/** Words that say so only where nobody is asked for beside it: `projects/[id]/status` is no status page. */
const MAYBE = words(
  "status contact newsletter waitlist docs manifest invite invitation accept telemetry track collect preview demo " +
    "landing bootstrap setup onboard token refresh about blog changelog metrics features",
);
const OF_ITSELF = /^(?:status|docs|manifest|about|blog|changelog|metrics|features|landing|demo)$/;
/** Where those who run the product are at home, nothing but the way in is for everybody. */
const STAFF =
  /(?:^|[/\s_.-])(?:_?admin|administration|superadmin|back-?office|internal|staff|operators?|moderation|moderators?|console|ops)(?:[/\s_.-]|$)/i;
const WAY_IN =
  /^(?:login|signin|signout|logout|forgot|reset|verify|callback|oauth|oauth2|sso|saml|oidc|health|healthz|healthcheck|livez|readyz|ping|csrf|nextauth|magic|otp|passkey|webauthn|authenticate|authorize)$/;
const OF_ANYTHING = /^(?:reset|verify|callback|magic|authorize)$/;
const OF_ACCESS =
  /^(?:password|passwd|pw|email|mail|e|token|otp|code|totp|phone|sms|link|magic|account|user|login|credentials?|mfa|two|2fa|signup|registration|invite|invitation|subscription|captcha|device|webauthn|passkey|identity|session|key|request|confirm|complete|start|github|google|apple|oauth|stripe|slack|discord|facebook|microsoft|by|for|x|\w{1,2})$/;
const AUTH_FOLDER = /(?:^|\/)(?:auth|authentication|sessions?)(?:\/|$)/i;

/** `POST /documents/:id/share`: whose it is makes it public, and nobody else. */
function isDoneToSomething({ method, path }: EntryPoint): boolean {
  return (
    path !== null &&
    /^(?:POST|PUT|PATCH|DELETE)$/.test(method ?? "") &&
    /(?:\[\w+\]|[:{$]\w+\}?)\/(?:share|public|published|embed|badge|redirect|widget|preview)\/?$/.test(path)
  );
}

/** Is the entry point meant for everybody, by its name and path? */
export function isPublicByDesign(entry: EntryPoint, judged: Judged): boolean {
  const { path } = entry;
  if (path !== null && judged.project.names.publicPaths.some((one) => path === one || path.startsWith(`${one}/`)))
    return true;
  const text = `${path ?? ""} ${entry.kind === "route" && path !== null ? "" : entry.name}`;
  if (path !== null && AUTH_FOLDER.test(path)) return true;
  const all = wordsOf(text.replace(/\[[^\]]*\]|[:{$][^/]*/g, " "));
  // `resetBracket`, `verifyMeter`: of a credential alone is it the way in.
  const said = all.filter(
    (word, at) =>
      !(OF_ANYTHING.test(word) && all.length > at + 1 && !all.slice(at + 1).some((next) => OF_ACCESS.test(next))),
  );
  if (
    /(?:sign|log)[-_ ]?(?:in|up|out)/i.test(text) ||
    (/password/i.test(text) && /forgot|reset|request/i.test(text)) ||
    said.some((word) => WAY_IN.test(word))
  )
    return true;
  if (STAFF.test(`${path ?? ""} `)) return false;
  if (said.some((word) => PUBLIC.has(word)) && !isDoneToSomething(entry)) return true;
  // Whoever has the link may look at the invitation it leads to.
  if (path !== null && /(?:invit(?:e|ation)s?|accept)\/(?:\[|:|\{)/i.test(path)) return true;
  // `GET /server/features`: of the server itself, and of nobody's.
  if (entry.method === "GET" && path !== null && !/[[:{$]/.test(path) && OF_ITSELF.test(said.at(-1) ?? "")) return true;
  // A folder of procedures that visitors call: `routers/publicViewer/slots.ts`.
  if (
    entry.kind === "procedure" &&
    /(?:^|\/)public(?:[-_]?(?:viewer|routers?|site|pages?|booking))?(?:\/|\.[jt]s$)/i.test(entry.file)
  )
    return true;
  // Pictures that pages elsewhere show, and that tell who has shown them.
  if (entry.method === "GET" && path !== null && /[^/]\.gif$/i.test(path)) return true;
  if (entry.method === "GET" && said.some((word) => /^(?:badges?|shields?|avatars?|thumbnails?)$/.test(word)))
    return true;
  return said.some((word) => MAYBE.has(word)) && !asksCallers(entry, judged.project);
}
