import { clientsOf, trustOf } from "../values/trust.ts";
import type { UnseenCall } from "./call.ts";
import { wordsOf } from "./names.ts";

/**
 * `getSiteMember(siteId)` of `lib/auth`, `projectAccess(params.id)`: told what is asked for, and by where it stands or
 * what it answers it knows of itself who asks. `getUser(id)` and what is found `By…` are look-ups wherever they stand.
 */
export function mayAskInside({ machine, method, root, receiver, isNew, args }: UnseenCall): boolean {
  if (isNew || receiver !== null || root.k !== "foreign" || root.origin !== "missing") return false;
  // Told who asks as well, it is an answer about both.
  if (!args.some((arg) => clientsOf(arg).length > 0) || args.some((arg) => trustOf(arg, machine.facts) !== null))
    return false;
  const words = wordsOf(method);
  if (words.includes("by") || words.some((word) => MAKES.test(word))) return false;
  if (words.some((word) => ANSWERS_ACCESS.test(word))) return true;
  return (
    wordsOf(root.from.replace(/\.[cm]?[jt]s$/, "")).some((word) => OF_AUTH.test(word)) &&
    !/^(?:get|find|load|fetch)_?users?$/i.test(method)
  );
}
const ANSWERS_ACCESS = /^(?:access|accessible|membership|authori[sz]ed|allowed|permitted|visible|viewable|editable)$/;
const OF_AUTH =
  /^(?:auth|authn|authz|authentication|authori[sz]ation|sessions?|guards?|access|permissions?|acl|rbac|abilit(?:y|ies)|membership|viewer|identity|protect)$/;
const MAKES =
  /^(?:hash|sign|encrypt|decrypt|encode|decode|generate|random|compare|verify|send|password|cookie|log|url|redirect|callback|email|otp|totp|code)$/;
