/** A function that refuses callers, by a name that means nothing else. */
export function refuses(name: string): boolean {
  return REFUSES.test(name);
}
/** Every such name in a text, as often as it stands there. */
export function refusing(text: string): readonly string[] {
  return text.match(REFUSING) ?? [];
}
/** Whether such a name may stand in a text: most files have none, and need not be looked into. */
export function mayRefuse(text: string): boolean {
  return MAY_REFUSE.test(text);
}
const MAY_REFUSE =
  /\b(?:(?:require|enforce|must|may|authori[sz]e|protect|restrict|refuse|forbid|deny)[A-Z]|(?:assert|ensure|check|verify|is|has|can)\w*(?:Access|Permi|Role|Admin|Own|Member|Allowed|Authori|Granted|Password|Signature|Scope))|\w(?:Guard|Only)(?![\w$])/;
const NAMES =
  "(?:require|enforce|must|may|authori[sz]e|protect|restrict|refuse|forbid|deny)[A-Z]\\w*|(?:assert|ensure|check|verify|is|has|can)\\w*(?:Access|Permi\\w+|Roles?|Admin|Owner|Owns|Member|Membership|Allowed|Authori[sz]ed|Granted|Passwords?|Signature|Scopes?)|\\w+(?:Guard|Only)";
const REFUSES = new RegExp(`^(?:${NAMES})$`);
const REFUSING = new RegExp(`(?<![\\w$])(?:${NAMES})(?![\\w$])`, "g");
