import { wordsOf } from "../../knowledge/names.ts";
import type { ProjectFile } from "../../project.ts";
import type { Judged } from "../../rules/rule.ts";
import { says } from "../../source/says.ts";
import { perFile } from "../../source/per-file.ts";
import type { Operation } from "../../trace/operation.ts";

/** What is shown to no stranger, whatever the procedure is called. */
const OF_SOMEBODY =
  /^(?:subscribers?|invites?|invitations?|sessions?|settings?|configs?|configurations?|credentials?|keys?|tokens?|secrets?|passwords?|users?|customers?|accounts?|billings?|invoices?|payments?|payouts?|orders?|subscriptions?|logs?|audits?|webhooks?|instances?|containers?|servers?|jobs?|queues?|flags?|seats?|admins?|env|integrations?|connections?|devices?|backups?|exports?|emails?)$/;
/** What is done to the machine or in somebody's name. */
const ACTS =
  /^(?:spawn|exec|execute|run|start|stop|restart|kill|dial|send|delete|remove|destroy|update|set|reset|revoke|grant|deploy|install|import|purge|transfer|pay|charge|refund|approve|publish)$/;

/**
 * `publicProcedure.query(…)`: whoever wrote it says that strangers may ask, and it only shows what is no secret by its
 * name. That it was meant for fewer is not shown.
 */
export function isSaidToBePublic(unheld: readonly Operation[]): boolean {
  return unheld.every((one) => {
    if (!one.facts.has("said:public")) return false;
    if (one.kind === "query")
      return (
        /^(?:read|list|count)$/.test(one.query.verb) && !wordsOf(one.query.table).some((word) => OF_SOMEBODY.test(word))
      );
    if (one.kind !== "call") return false;
    const words = wordsOf(one.path);
    return !words.some((word) => OF_SOMEBODY.test(word)) && !wordsOf(one.name).some((word) => ACTS.test(word));
  });
}

/** `cors({ methods: ["GET"], origin: "*" })`: it is answered to pages of any site, which send no cookie along, and only shows. */
export function isForAllSites(unheld: readonly Operation[], { entry, project }: Judged): boolean {
  const file = project.file(entry.file);
  return (
    file !== null &&
    says(file, ANY_SITE) &&
    says(file, ONLY_SHOWS) &&
    !says(file, WITH_CREDENTIALS) &&
    unheld.every((one) =>
      one.kind === "query"
        ? /^(?:read|list|count)$/.test(one.query.verb)
        : one.kind === "call" && !ACTS.test(wordsOf(one.name)[0] ?? ""),
    )
  );
}
const ANY_SITE = /\borigin\s*:\s*["'`]\*["'`]|Access-Control-Allow-Origin["'`]\s*[,:]\s*["'`]\*["'`]/i;
const ONLY_SHOWS =
  /\bmethods\s*:\s*\[?\s*["'`]GET(?:["'`]?\s*,\s*["'`]?(?:HEAD|OPTIONS))*["'`]|Access-Control-Allow-Methods["'`]\s*[,:]\s*["'`]GET(?:\s*,\s*(?:HEAD|OPTIONS))*["'`]/i;
const WITH_CREDENTIALS = /\bcredentials\s*:\s*true|Allow-Credentials|authorization/i;

const HANDLER =
  /\b\w*(?:[rR]outer|app|server|fastify|api|routes)\.(?:get|post|put|patch|delete)\s*\(|\.(?:query|mutation)\s*\(|\bexport\s+(?:async\s+function|const)\s+(?:GET|POST|PUT|PATCH|DELETE)\b/g;
/** Callers, and what they are asked by. */
const SPEAKS_OF_CALLERS =
  /auth|session|login|logged|sign(?:ed)?_?in|user|member|account|admin|permission|role|guard|owner|viewer|principal|identity|jwt|bearer|cookie|apiKey|api_key|caller|protect|credential|secret|password|[kK]ey\b|preHandler|onRequest|\.use\(|verif|check|require[A-Z]|ensure|assert/i;
/** By what procedures are built: where there are two, one of them asks for something. */
const BUILDERS = /\b\w*[pP]rocedure\b(?=\s*\.)/g;
const SEVERAL = 3;

const handlers = perFile((file: ProjectFile) => file.text.match(HANDLER)?.length ?? 0);

/**
 * Several handlers, and nobody is spoken of in any of them: whoever has the link may use what is there, or whoever mounts
 * them asks. One that forgets stands beside others that do not.
 */
export function isHouseOfStrangers({ entry, project }: Judged): boolean {
  const file = project.file(entry.file);
  return (
    file !== null &&
    handlers(file) >= SEVERAL &&
    !says(file, SPEAKS_OF_CALLERS) &&
    new Set(file.text.match(BUILDERS)).size < 2
  );
}
