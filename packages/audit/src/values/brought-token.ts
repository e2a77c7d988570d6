import { clientsOf } from "./trust.ts";
import type { Value } from "./value.ts";

/** `body.idToken`, `params.accessToken`: made by another service for whoever brings it. */
const OF_A_SERVICE =
  /(?:^|\.)(?:(?:open_?)?id|access|identity|oauth2?|sso|google|github|apple|facebook|fb|microsoft|firebase|provider)_?(?:access_?|id_?|auth_?|identity_?)?(?:token|jwt)$|(?:^|\.)(?:id_?credential|client_?assertion|saml_?response)$/i;
/** The same, where only what is done with it says so. */
const OF_SOMEBODY = /(?:^|\.)(?:\w*_)?(?:token|jwt|credential|assertion)$|(?:[a-z])(?:Token|Jwt|Credential|Assertion)$/;
const OF_SOMETHING = /captcha|csrf|xsrf|turnstile|device|push|fcm|reset|invite|page|refresh|upload|share|card|payment/i;

/** A token in what was sent, that another service can be asked about; `loosely`: by its name it may be one. */
export function isBroughtToken(value: Value, loosely: boolean): boolean {
  return clientsOf(value).some(
    ({ part, path }) =>
      (part === "body" || part === "query" || part === "arguments") &&
      !OF_SOMETHING.test(path) &&
      (OF_A_SERVICE.test(path) || (loosely && OF_SOMEBODY.test(path))),
  );
}
