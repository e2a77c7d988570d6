/** A function that refuses callers, by a name that means nothing else. */
export function refuses(name: string): boolean {
  return REFUSES.test(name);
}
const REFUSES =
  /^(?:require|enforce|must|may|authori[sz]e|protect|restrict|refuse|forbid|deny)[A-Z]\w*$|^(?:assert|ensure|check|verify|is|has|can)\w*(?:Access|Permi\w+|Roles?|Admin|Owner|Owns|Member|Membership|Allowed|Authori[sz]ed|Granted|Passwords?|Signature|Scopes?)$|^\w+(?:Guard|Only)$/;
