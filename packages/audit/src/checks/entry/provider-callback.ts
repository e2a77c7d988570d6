import type { EntryPoint } from "../../entry-points/entry-point.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import { clientsOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

/** Services that call back, as they stand in paths and names of files. */
const PROVIDER =
  /(?:^|[^a-z])(?:twilio|vonage|nexmo|plivo|telnyx|messagebird|bandwidth|sinch|sms|whatsapp|telegram|viber|line|slack|discord|zoom|teams|github|gitlab|bitbucket|gitea|shopify|woocommerce|bigcommerce|stripe|paypal|braintree|paddle|lemon(?:-?squeezy)?|polar|razorpay|paystack|flutterwave|mollie|adyen|square|gocardless|coinbase|chargebee|recurly|plaid|wise|sendgrid|mailgun|postmark|resend|mandrill|sparkpost|mailchimp|ses|sns|clerk|auth0|okta|workos|stytch|svix|mux|cloudinary|vercel|netlify|sentry|linear|jira|asana|notion|hubspot|intercom|zendesk|freshdesk|salesforce|pipedrive|calendly|typeform|tally|docusign|hellosign|dropbox|xero|quickbooks|shippo|easypost|aftership|checkr|onfido|persona|veriff|sumsub|twitch|meta|facebook|messenger|instagram)(?![a-z])/i;
/** A service that many products are called by, and no name of the house's own. */
export function isProviderName(word: string): boolean {
  return PROVIDER.test(word) || /^wc$/i.test(word);
}
/** What the address of a call from outside is called. */
const CALLED_BACK =
  /(?:^|[^a-z])(?:callbacks?|hooks?|events?|inbound|incoming|ipn|notify|notifications?|postbacks?|interactions?|interactivity|commands?|status|delivery|receipts?|voice|listener)(?![a-z])/i;
/** Where a product's own pages tell it what visitors do. */
const COUNTS = /track|analytic|telemetr|collect|metric|beacon|pixel|visit|ingest/i;
/** Headers that only a provider's server sends. */
const HEADER =
  /^(?:x-github-(?:event|delivery)|x-gitlab-(?:event|token)|x-event-key|x-shopify-(?:topic|shop-domain)|x-amz-sns-[\w-]+|x-goog-(?:channel|resource)-[\w-]+|x-zm-[\w-]+|x-telegram-bot-api-[\w-]+|paypal-transmission-[\w-]+|x-wc-webhook-[\w-]+|linear-(?:event|delivery)|x-pm-[\w-]+|svix-[\w-]+|webhook-(?:id|timestamp)|x-twilio-[\w-]+|x-slack-[\w-]+|x-[a-z]+-(?:event(?:-(?:key|type|uuid))?|delivery(?:-id)?|topic|hook-\w+)|stripe-signature|x-hub-signature[\w-]*|verif-hash)$/i;
/** Fields by which each of them names its things. */
const FIELD =
  /^(?:MessageSid|SmsSid|SmsMessageSid|CallSid|AccountSid|MessageStatus|SmsStatus|CallStatus|RecordingSid|RecordingUrl|TopicArn|SubscribeURL|SigningCertURL|api_app_id|response_url|event_callback|update_id|callback_query|sg_message_id|sg_event_id|RecordType|MessageStream|event-data|plainToken|form_response|envelopeId|alert_name|p_signature|webhook_code|webhook_type|resource_type|messaging_profile_id|message_uuid|hook_id|zen_event_id|body-plain|body-html|body-mime|stripped-(?:text|html|signature)|message-headers|Message-Id|attachment-count|StrippedTextReply|FromFull|ToFull|TextBody|HtmlBody|OriginalRecipient|MailboxHash|spam_score|sender_ip|mandrill_events|messaging_product|entity_id_list|resourceId|subscriptionId|bot_id|team_domain|trigger_id|tracking_settings|challenge|payment_status|mc_gross|txn_id|ipn_track_id)$/;

/** Is it called by another company's server, by the fields and headers it reads and by what its address is called? */
export function isProviderCallback(
  { path, method, file, name }: EntryPoint,
  operations: readonly Operation[],
): boolean {
  if (method !== null && method !== "POST" && method !== "PUT") return false;
  const where = `${path ?? name} ${file}`;
  let fields = 0;
  const told = operations.filter(isEventNamed).length;
  if (told > 0 && PROVIDER.test(where)) return true;
  if (told > (CALLED_BACK.test(where) ? 1 : 2) && !COUNTS.test(where)) return true;
  const seen = new Set<string>();
  for (const value of valuesOf(operations)) {
    for (const said of clientsOf(value)) {
      if (said.part === "header" && HEADER.test(said.path)) return true;
      const last = said.path.slice(said.path.lastIndexOf(".") + 1);
      if (said.part !== "body" || seen.has(last) || !FIELD.test(last)) continue;
      seen.add(last);
      fields += 1;
    }
  }
  return fields > 1 || (fields > 0 && (CALLED_BACK.test(where) || PROVIDER.test(where)));
}

/** `event.type === "invoice.paid"`, `case "subscription_created"`: what has happened at whoever calls, by its name. */
function isEventNamed(one: Operation): boolean {
  if (one.kind !== "compare") return false;
  const sides = [one.left, one.right];
  return (
    sides.some((side) => side.k === "literal" && HAPPENED.test(String(side.value))) &&
    sides.some((side) => {
      const [said, ...more] = side.k === "client" || side.k === "choice" ? clientsOf(side) : [];
      return (
        said?.part === "body" && more.length === 0 && EVENT_NAME.test(said.path.slice(said.path.lastIndexOf(".") + 1))
      );
    })
  );
}
const EVENT_NAME = /^(?:event|event_?(?:name|type|key)|type|topic|action|trigger|alert_name|notification_?type|name)$/i;
/** A thing and what has become of it: `customer.subscription.deleted`, `order:paid`, `SUBSCRIPTION_EXPIRED`. */
const HAPPENED =
  /^(?:[a-z]+[._:/-]){1,5}(?:created|updated|deleted|removed|paid|failed|succeeded|completed|expired|cancell?ed|refunded|renewed|captured|authorized|activated|deactivated|suspended|resumed|paused|past_due|opened|closed|merged|pushed|delivered|bounced|complained|received|sent|finished|ready|errored|uploaded|processed|confirmed|approved|declined|denied|disputed|revoked|joined|left|started|ended|published|unpublished|voided|reversed|chargeback|settled)$/i;

/** Does it read the header in which a provider sends its signature? */
export function readsSignature(operation: Operation): boolean {
  if (operation.kind === "call" && operation.name === "verify-webhook") return true;
  const values =
    operation.kind === "test"
      ? (operation.asked ?? [operation.value])
      : operation.kind === "compare"
        ? [operation.left, operation.right]
        : [];
  return values.some((value) =>
    clientsOf(value).some((said) => said.part === "header" && /signature|hmac|svix|webhook-id/i.test(said.path)),
  );
}

function* valuesOf(operations: readonly Operation[]): Generator<Value> {
  for (const one of operations) {
    switch (one.kind) {
      case "query":
        for (const { value } of comparisons(one.query.where)) yield value;
        if (one.query.data !== null) yield one.query.data;
        break;
      case "test":
        yield* one.asked ?? [one.value];
        break;
      case "compare":
        yield one.left;
        yield one.right;
        break;
      case "pick":
        yield one.by;
        break;
      case "call":
        yield* one.args;
        break;
      default:
    }
  }
}
