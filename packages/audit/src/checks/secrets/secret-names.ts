import { callsOf } from "../../knowledge/databases/chain.ts";
import type { Value } from "../../values/value.ts";

const SECRET_NAME =
  /^(?:\w*(?:api_?key|apikey|secret(?:_?key)?|secretAccessKey|private_?key|access_?token|refresh_?token|auth_?token|bearer_?token|id_?token|session_?token|client_?secret|webhook_?secret|signing_?(?:key|secret)|password(?:_?hash)?|tokens|passwd|passphrase|hashed_?password|credentials?|encryption_?key|service_?role(?:_?key)?|jwt_?secret|(?:plex|jellyfin|emby|trakt|git_?(?:hub|lab|ea)|bitbucket|slack|discord|telegram|notion|linear|jira|google|facebook|meta|instagram|twitter|tiktok|linked_?in|spotify|shopify|strava|dropbox|box|zoom|hub_?spot|salesforce|airtable|figma|vercel|netlify|cloudflare|open_?ai|npm|docker|mastodon|matrix|whats_?app|twilio|zapier|calendar|caldav|webdav|bot|api|oauth|o_?auth|integration|service|sync|personal)_?token|connection_?string|database_?url|otp|pin_?code|cvv|card_?number)|plaintext(?:_?key)?|raw_?(?:key|token)|full_?key|decrypted\w*|token|authorization|password)$/i;
const NOT_SECRET =
  /(?:public|publishable|anon|prefix|suffix|last_?4|hint|masked|redacted|type|count|id|ids|name|expires?\w*|at|url|length|limit|usage|format|version|status|algorithm|exists|enabled|set)$/i;

export function isSecretName(name: string): boolean {
  const last = name.slice(name.lastIndexOf(".") + 1);
  return (
    SECRET_NAME.test(last) &&
    !NOT_SECRET.test(last) &&
    !isCounted(name) &&
    !/^(?:reset|verification|csrf|share|invite|page|next|push|device|public|has|is|show|masked|display|preview|partial|truncated|unsubscribe)/i.test(
      last,
    )
  );
}

/** What a language model read and wrote: `inputTokens`, `usage.tokens`. */
function isCounted(name: string): boolean {
  const last = name.slice(name.lastIndexOf(".") + 1);
  return (
    /^(?:\w*_)?(?:input|output|prompt|completion|total|max|min|used|cached?|remaining|reasoning|thinking|context|num|number(?:_?of)?|n|budget|billed|llm|chunk|text|image|audio|daily|monthly|weekly|avg|mean|free|bonus|embedding|generated|predicted|accepted|rejected|spent|consumed|estimated|reserved|credit|extra|included|read|write|creation|message|history|system|user|assistant|tool|model|limit|per_?(?:day|month|minute))_?tokens$/i.test(
      last.replace(/([a-z\d])([A-Z])/g, "$1_$2"),
    ) ||
    (/^tokens$/i.test(last) &&
      /(?:usage|stats?|metrics?|counts?|totals?|cost|limits?|quota|budget|completion|generation|run)s?\.tokens$/i.test(
        name,
      ))
  );
}

/** The name a secret is stored under; one-time tokens are another matter. */
export function isStoredSecret(name: string): boolean {
  const last = name.slice(name.lastIndexOf(".") + 1);
  return isSecretName(last) && !/^(?:tokens?|otp|authorization)$/i.test(last);
}

/** What the last call of a chain is named. */
export function calledIn(value: Extract<Value, { k: "chain" }>): string {
  const last = callsOf(value).at(-1);
  return last === undefined || last.name === "" ? (value.root.k === "foreign" ? value.root.name : "") : last.name;
}
