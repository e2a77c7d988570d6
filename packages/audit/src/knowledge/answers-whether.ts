import { nameKind, wordsOf } from "./names.ts";

const RIGHTS =
  /auth|access|permi|allow|entitle|feature|admin|owner|member|role|guard|can[A-Z_]|activate|verify|signature|session|token|login|policy|scope|premium|subscri|licen[cs]e|eligib|quota|(?<!by|com|tres|sur)pass(?![a-z])|plan|middleware|proxy|grant|secret|csrf/i;

const PARTS =
  /auth|access|permi|allow|entitle|feature|admin|owner|member|role|guard|can[A-Z_]|activate|verify|signature|session|token|login|policy|scope|premium|subscri|licen[cs]e|eligib|quota|(?<!by|com|tres|sur)pass(?![a-z])|plan|middleware|proxy|grant|secret|csrf|beforeHandle|preHandler|(?<![\w$])(?:can|may)(?=\s*[(=:])/gi;

/** Whether a function may have such a name in a text: a name like it stands there. */
export function mayAnswerWhether(text: string): boolean {
  PARTS.lastIndex = 0;
  for (let found = PARTS.exec(text); found !== null; found = PARTS.exec(text)) {
    let [start, end] = [found.index, found.index + found[0].length];
    while (start > 0 && isOfName(text.charCodeAt(start - 1))) start -= 1;
    while (end < text.length && isOfName(text.charCodeAt(end))) end += 1;
    if (answersWhether(text.slice(start, end))) return true;
    PARTS.lastIndex = end;
  }
  return false;
}

function isOfName(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 36 ||
    code > 127
  );
}

/** By its name, a function that answers whether somebody may, or lets them pass. */
export function answersWhether(name: string): boolean {
  const before = known.get(name);
  if (before !== undefined) return before;
  const found = isOneThatAnswers(name);
  known.set(name, found);
  return found;
}
const known = new Map<string, boolean>();

function isOneThatAnswers(name: string): boolean {
  if (name === "") return false;
  const kind = nameKind(name);
  if (
    /^(?:can|may|isAllowed|allowed|isPermitted|permits|isGranted|canActivate|middleware|proxy|authorized|authorize|authenticate|guard|beforeHandle|preHandler)$/.test(
      name,
    )
  )
    return true;
  return (
    (kind === "asks" ||
      kind === "asserts" ||
      kind === "guards" ||
      /^(?:is|has|can|may|check|verify|allow|should)$/.test(wordsOf(name)[0] ?? "")) &&
    RIGHTS.test(name)
  );
}

/**
 * By its name, a function that answers whether somebody is to be turned away, or is to show more of themselves first:
 * `isRevoked`, `userIsBanned`, `needsTwoFactor`, `requiresMfa`.
 */
export function turnsAway(name: string): boolean {
  if (SHOWS_MORE.test(name)) return true;
  return (
    /^(?:is|was|has|are|check|token|user|session|account|jti|key)/.test(name) &&
    wordsOf(name).some((word) => TURNED_AWAY.has(word))
  );
}
const SHOWS_MORE =
  /^(?:needs?|requires?|must|should|has_?to|demands?|is)_?(?:\w{0,20}_?)?(?:two_?factor|second_?factor|2_?fa|m_?fa|totp|otp|step_?up|re_?auth\w*)(?:_?(?:auth\w*|check|code|challenge|verification))?(?:_?(?:required|needed|enforced|enabled|active))?$/i;
const TURNED_AWAY = new Set(
  "revoked banned blocked suspended blacklisted blocklisted denylisted deactivated withdrawn invalidated compromised forbidden denied replayed".split(
    " ",
  ),
);
