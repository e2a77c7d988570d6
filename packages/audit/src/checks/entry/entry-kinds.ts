import type { EntryPoint } from "../../entry-points/entry-point.ts";
import { wordsOf } from "../../knowledge/names.ts";
import type { Operation } from "../../trace/operation.ts";
import { actsAsServer } from "./acts-as-server.ts";
import { isBesideSigned } from "./beside-signed.ts";
import { isNeutral } from "./neutral-calls.ts";
import { isProviderCallback, readsSignature } from "./provider-callback.ts";
import { looksForSecretOnly } from "./idle-webhook-secret.ts";
import { clientOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";
import type { Judged } from "../../rules/rule.ts";

export function isWebhook(judged: Judged): boolean {
  const { entry, trace } = judged;
  if (entry.kind !== "route" && entry.kind !== "handler") return false;
  if (entry.method === "GET") return false;
  const where = `${entry.path ?? ""} ${entry.name} ${entry.file}`;
  // Nobody tells of an event by taking something away; and what a path says is done to webhooks is no event either.
  if (
    (entry.method === "DELETE" || entry.method === "PATCH" || IS_DONE_TO.test(entry.path ?? "")) &&
    entry.kind === "route"
  )
    return trace.operations.some(readsSignature);
  // Routes that administer webhooks are no webhooks themselves.
  if (
    /webhooks?\/\[|webhooks\/:|(?:\]|[:}]\w+\}?)\/webhooks(?![a-z])|webhooks?[-_]?(?:endpoint|config|setting|log|deliver|test|subscription)|webhook_?id[}\]]?\/(?:test|ping|logs|deliver|redeliver|rotate|secret|enable|disable|status)|api\/(?:v\d\/)?webhooks(?:\/route|\s|$)/i.test(
      where,
    ) &&
    !/stripe|github|clerk|svix|resend|paddle|lemon|twilio|slack|shopify|polar|inbound|incoming|receive|hook\//i.test(
      entry.path === null ? where : `${entry.path} ${entry.name}`,
    )
  )
    return (
      trace.operations.some((one) => one.facts.has("signature")) ||
      (trace.operations.some(readsSignature) && !trace.operations.some((one) => one.facts.has("auth")))
    );
  // The application's own list of them: `exports.update` of `controllers/webhooks.js`.
  if (entry.kind === "handler" && /web-?hooks/i.test(entry.file) && ADMINISTERS.test(entry.name))
    return trace.operations.some(readsSignature);
  if (/web-?hook/i.test(where))
    return (
      !/\b(?:create|list|update|delete|get|put|post|patch|remove|edit|add|test)\w*web-?hook/i.test(entry.name) ||
      trace.operations.some(readsSignature)
    );
  if (trace.operations.some((one) => one.facts.has("auth"))) return false;
  return (
    trace.operations.some(readsSignature) ||
    isProviderCallback(entry, trace.operations) ||
    looksForSecretOnly(judged) ||
    isBesideSigned(judged)
  );
}

/** `/webhooks/create`, `/admin/webhook/:id/toggle`. */
const IS_DONE_TO =
  /web-?hooks?\/(?:[:{[]\w+[}\]]?\/)?(?:create|new|add|list|all|update|edit|delete|remove|toggle|enable|disable|rotate)(?:\/|$)/i;
const ADMINISTERS =
  /^(?:create|list|update|delete|get|remove|show|index|edit|patch|destroy|rotate|test|add|find|enable|disable)(?![a-z])/;

export function isCron({ entry }: Judged): boolean {
  return (
    /(?:^|\/|\s)(?:crons?|jobs?|tasks?|queues?|scheduled?|workers?|qstash|inngest)(?:\/|\s|$)/i.test(
      `${entry.path ?? ""} `,
    ) && entry.kind === "route"
  );
}

/** Called by a clock: nobody signs in there, and what calls it proves itself by a secret. */
export function isScheduled({ entry }: Judged): boolean {
  return (
    entry.kind === "route" &&
    /(?:^|[/._-])(?:crons?|cron[-_]?jobs?|scheduled|scheduler)(?:[/._-]|$)/i.test(`${entry.path ?? ""} ${entry.file}`)
  );
}

/** Calls that cost money or have an effect elsewhere, by the package they come from. */
const SERVICES =
  /^(?:stripe|openai|@anthropic-ai\/|@google\/|ai$|@ai-sdk\/|resend|@sendgrid\/|nodemailer|twilio|postmark|@aws-sdk\/|aws-sdk|@slack\/|@octokit\/|cloudinary|@vercel\/blob|replicate|cohere-ai|@mistralai\/|groq-sdk|langchain|@langchain\/|@pinecone|algoliasearch|firebase-admin|googleapis|@upstash\/redis)/;
const EFFECT =
  /^(?:create|update|delete|del|remove|send|sendMail|cancel|put|upload|generate|generateText|streamText|generateObject|streamObject|generateImage|embed|embedMany|run|invoke|capture|refund|transfer|retrieve|list|get|emit|publish|trigger|add|enqueue|dispatch)$/;

/** Counts, measures and traces: nothing that anybody's event could change. */
const MEASURES =
  /(?:^|\.|_)(?:metrics?|stats?d?|timers?|counters?|histograms?|gauges?|tracer|tracing|trace|spans?|telemetry|otel|analytics|posthog|segment|mixpanel|amplitude|plausible|sentry|datadog|newrelic|prometheus|honeycomb|logger|log|logs|console|monitor(?:ing)?|observability|instrument\w*|debug|pino|winston|perf(?:ormance)?|breadcrumbs?|rollbar|bugsnag)(?:$|[.A-Z_])|^(?:count|increment|incr|observe|measure|trace|track|time|timed|captureException|captureMessage|addBreadcrumb|setTag|setContext|withScope)(?:$|[A-Z.])/;

/** `monitorRepository.delete(id)`, `deleteLog(id)`: what measures is a thing as well, that somebody has. */
const OF_MEASURES = /(?:^|[.])(?:delete|remove|destroy|update|archive|rename|list|find)\w*$/;
const KEPT =
  /(?:monitor|log|metric|counter|timer)s?(?:Service|Repository|Repo|Store|Model|Manager|Controller|Dao|s)?(?:$|\.)|(?:Monitor|Log|Metric|Counter|Timer)s?$/;

export function isMeasure(path: string): boolean {
  return MEASURES.test(path) && !(OF_MEASURES.test(path) && KEPT.test(path));
}

/** Reads or changes something that is not everybody's. */
export function isSensitive(operation: Operation): boolean {
  switch (operation.kind) {
    case "query":
      // `SELECT 1` asks whether the database is there.
      return operation.query.library !== "sql" || operation.query.table !== "" || operation.query.where !== null;
    case "call": {
      if (operation.origin === "global") return false;
      // `sendOutcome(res, badRequest("Expired"))`: a way of the house to answer.
      if (operation.args[0]?.k === "response-writer" && ANSWERS.test(operation.name)) return false;
      // `getErrorMessage(error)`: told what went wrong, and nothing else.
      if (operation.args.length > 0 && operation.args.every(({ k }) => k === "caught")) return false;
      const words = wordsOf(operation.name);
      const path = operation.path;
      if (
        /(?:openai|anthropic|stripe|resend|twilio|sendgrid|s3|ses|mailer|replicate|octokit)/i.test(path) &&
        EFFECT.test(operation.name)
      )
        return true;
      if (isNeutral(path) || isMeasure(path)) return false;
      if (/^(?:create|get|make|build|init|use|load)$/.test(words[0] ?? "") && FACTORY.test(words.at(-1) ?? ""))
        return false;
      // `getRunningApp().AppDataSource.getRepository(Tool)`: what leads to the rows, and none of them.
      if (HANDLE.test(operation.name) && !operation.args.some((arg) => clientOf(arg) !== null)) return false;
      if (operation.origin === "package") {
        const from =
          operation.result.k === "chain" && operation.result.root.k === "foreign" ? operation.result.root.from : "";
        return (SERVICES.test(from) && EFFECT.test(operation.name)) || actsAsServer(operation);
      }
      // `getIP(req)`: of the request itself, and nothing of anybody's.
      const first = words[0] ?? "";
      if (OF_THE_REQUEST.test(words.at(-1) ?? "") && !DOES.test(first)) return false;
      // `getIsMailEnabled()`: a yes or no of the product's.
      if (/^(?:get|fetch|load)$/.test(first) && /^(?:is|has|are)$/.test(words[1] ?? "") && operation.args.length === 0)
        return false;
      // `getBranding(c.env)`, `loadSitemap()`: what every visitor is shown.
      if (
        /^(?:get|load|fetch|read|render|build|generate)$/.test(first) &&
        OF_THE_PRODUCT.test(words.at(-1) ?? "") &&
        (!operation.args.some((arg) => clientOf(arg) !== null) || isOfHandedOver(operation))
      )
        return false;
      // `CampaignModel.publishedBySlug(slug)`, `PlanModel.listActive()`: for everybody, or for whoever knows it.
      if (
        !WRITES.test(operation.name) &&
        (words.some((word) => /^(?:published|public|slug|publicly)$/.test(word)) || isOfEverybody(path))
      )
        return false;
      if (STATEMENT_OF.test(path)) return true;
      // `ProjectService.apps(id)`: whatever a service or repository is asked for is data; a bare verb of a map says little.
      if (LAYER.test(path) && !PREDICATE.test(operation.name)) return true;
      return (
        DATA_VERB.test(first) &&
        (words.length > 1 || /(?:controller|manager|usecase|actions?|queries|api)\.\w+$/i.test(path))
      );
    }
    default:
      return false;
  }
}
/** `const Template = await getTemplate(1); Template(body)`: what was handed over is called, and not what handed it over. */
function isOfHandedOver({ result }: Extract<Operation, { kind: "call" }>): boolean {
  return result.k === "chain" && result.steps.at(-2)?.kind === "call";
}

/** `runAgent`, `deletePage`: done to what is called so, and no reading of the request. */
const DOES = /^(?:run|execute|start|stop|trigger|create|update|delete|remove|publish|deploy|send|save|restart|invoke)$/;
const ANSWERS = /^(?:send|respond|reply|answer|render|return|write|end|fail|abort|reject)(?![a-z])/;
const WRITES =
  /^(?:create|add|insert|invite|remove|delete|destroy|update|set|save|publish|unpublish|send|cancel|move)(?![a-z])/;

/** The service or repository of a table that anybody may read in most products. */
function isOfEverybody(path: string): boolean {
  const [, noun = ""] = /(?:^|\.)(\w+?)_?(?:Services?|Repo|Repository|Store|Models?|Dao)\.\w+$/.exec(path) ?? [];
  return noun !== "" && isPublicTable(noun);
}

/** A statement handed to a warehouse: `clickhouse.query({ query, query_params })`. */
const STATEMENT_OF = /(?:clickhouse|bigquery|snowflake|duckdb|athena)\w*\.(?:query|execute|exec|insert|command)$/i;

const LAYER = /(?:services?|repo|repository|repositories|store|models?|dao)\.\w+$/i;
const PREDICATE =
  /^(?:is|are|has|can|may|should|check|verify|validate|assert|ensure|require|compare|hash|sign|encrypt|decrypt|encode|decode|format|parse|log|emit|on|off|once|use|init|connect|close|getInstance|getClient|getConfig)(?![a-z])/;
const OF_THE_REQUEST =
  /^(?:params?|args|query|queries|search|body|input|pagination|paging|page|sorting|hints|theme|timezone|pathname|ip|ips|agent|geo|country|city|locale|fingerprint|origin|hostname|protocol|device)$/;
const OF_THE_PRODUCT =
  /^(?:brand|branding|logo|favicon|manifest|sitemap|robots|version|build|theme|layout|navigation|menu|footer|header|templates?|stylesheets?|styles|css|captcha|csrf|nonce|changelog|openapi|swagger|jwks|discovery|banner|copyright|imprint|terms)$/;
const FACTORY =
  /^(?:client|server|instance|logger|context|store|connection|db|database|supabase|prisma|router|app|handler|request|response|config|env|options|locale|translations?|caller|client\w*|admin|factory|adapter|transport|queue|service|provider|host|origin|base|t|messages|dictionary|errors?|exception|problem|failure)$/;
const HANDLE =
  /^(?:get|use|make|create|build|init|load|resolve)_?\w*(?:[rR]epo|[rR]epositor(?:y|ies)|[dD]ata_?[sS]ource|[eE]ntity_?[mM]anager|[dD]ao|[mM]odel|[pP]ool|[tT]ransaction|[qQ]uery_?(?:[bB]uilder|[rR]unner))(?:For)?$/;
const DATA_VERB =
  /^(?:get|fetch|load|find|list|search|query|create|update|delete|remove|save|insert|upsert|set|add|destroy|archive|restore|publish|unpublish|cancel|invite|revoke|send|transfer|assign|move|merge|import|export|process|grant|enable|disable|reset|rotate|refund|charge|purge|bulk|store|edit|rename|duplicate|clone|kick|ban|promote|demote|trigger|run|execute|sync|deactivate|activate|issue|generate|start|stop|upload|download|roll|build|render|deploy|complete|approve|reject|submit|register|count|extract|transcode|convert|analy[sz]e|scan|transcribe|translate|summari[sz]e|classify|crawl|scrape|mint|burn|close|open|lock|unlock|flush|clear|wipe|erase|terminate|provision|schedule|print|email|notify|broadcast|post|commit|withdraw|deposit|credit|debit|award|redeem|log)$/;

/** Tables anybody may read in most products. */
export function isPublicTable(name: string): boolean {
  return /^(?:public\w*|posts?|articles?|blogs?|blog_?posts?|products?|categor(?:y|ies)|tags?|pages?|plans?|prices?|pricing|countr(?:y|ies)|currenc(?:y|ies)|languages?|locales?|faqs?|testimonials?|changelogs?|features?|(?:(?:instance|site|app|system|server|global|general|platform|appearance|branding)_?)?(?:settings?|configs?)|announcements?|news|events?_?public|jobs?_?postings?|listings?|courses?|lessons?|movies?|books?|recipes?|templates?|themes?|icons?|fonts?|models?|waitlist\w*|subscribers?|contacts?_?messages?|leads?|health\w*|stores?|shops?|restaurants?|menus?|reviews?|questions?|quizz?(?:es)?|polls?)$/i.test(
    name,
  );
}

/** Tables whose rows belong to somebody in most products. */
export function isTenantTable(name: string): boolean {
  return /^(?:\w*_)?(?:projects?|purchases?|profiles?|environments?|variables?|memberships?|invitations?|payouts?|refunds?|receipts?|contracts?|shipments?|cases?|claims?|visits?|prescriptions?|salaries|invoices?|orders?|customers?|users?|members?|documents?|files?|messages?|subscriptions?|payments?|api_?keys?|teams?|workspaces?|organi[sz]ations?|logs?|audit\w*|events?|tickets?|contacts?|leads?|deals?|tasks?|notes?|forms?|submissions?|responses?|reports?|webhooks?|integrations?|sessions?|tokens?|credentials?|secrets?|transactions?|accounts?|boards?|cards?|campaigns?|emails?|conversations?|chats?|links?|assets?|uploads?|jobs?|runs?|usage\w*|expenses?|employees?|candidates?|appointments?|bookings?|shipments?|devices?|alerts?|notifications?|comments?)$/i.test(
    name.replace(/([a-z])([A-Z])/g, "$1_$2"),
  );
}

/**
 * A function of the application that asks for the caller itself, where a framework lets it: another action
 * (`createSpaceAction`), one that says whose (`listViewerConversations`), or one that is told nothing at all.
 */
export function asksItself(operation: Operation, { framework, kind }: EntryPoint): boolean {
  if (operation.kind !== "call" || operation.origin !== "missing" || !framework.startsWith("next")) return false;
  if (framework === "next-pages") return false;
  const words = wordsOf(operation.name);
  if (words.at(-1) === "action" || words.some((word) => OWN_WORD.test(word))) return true;
  const from =
    operation.result.k === "chain" && operation.result.root.k === "foreign" ? operation.result.root.from : "";
  if (kind === "action" && /(?:^|\/)actions?(?:\/|$)/.test(from)) return true;
  return (
    /^(?:get|fetch|load|read|retrieve|find|list|search|query)$/.test(words[0] ?? "") &&
    !words.some((word) => /^(?:all|every)$/.test(word)) &&
    operation.args.every(isFixed)
  );
}
const OWN_WORD = /^(?:viewer|my|own|mine|current|viewers)$/;

function isFixed(value: Value): boolean {
  return value.k === "literal" || (value.k === "choice" && value.alternatives.every((one) => isFixed(one.value)));
}
