import { COMMON_WORDS } from "./common-passwords.ts";

/** Characters, as NIST SP 800-63B-4 advises at least for a password that may stand alone (ours may have a second factor). */
export const MIN_PASSWORD_LENGTH = 12;
/** Characters: bounds the work of hashing. */
export const MAX_PASSWORD_LENGTH = 128;

export type PasswordRefusal = "password_too_short" | "password_too_long" | "password_too_common";

/**
 * Why a new password is refused, or null. Lengths in UTF-16 code units, as the library counts. Refused as too
 * common: fewer than five different characters, a run along the alphabet or digits, a common word with nothing
 * but digits and punctuation around it, the user's own email address or its first part.
 */
export function checkPassword(password: string, email?: string): PasswordRefusal | null {
  if (password.length < MIN_PASSWORD_LENGTH) return "password_too_short";
  if (password.length > MAX_PASSWORD_LENGTH) return "password_too_long";
  const lower = password.normalize("NFKC").toLowerCase();
  if (new Set(lower).size < 5 || isRun(lower)) return "password_too_common";
  const own = email === undefined ? [] : [email.toLowerCase(), ...email.toLowerCase().split("@")];
  const letters = withoutDecoration(lower);
  const words = [...COMMON_WORDS, ...own.map(withoutDecoration)].filter((word) => word.length > 0);
  return isBuiltOf(letters, words) ? "password_too_common" : null;
}

function withoutDecoration(text: string): string {
  return text.replaceAll(/[\p{N}\p{P}\p{S}\s]/gu, "");
}

function isRun(text: string): boolean {
  const steps = [...text].slice(1).map((character, i) => character.charCodeAt(0) - text.charCodeAt(i));
  const wrapped = steps.filter((step) => step === 1 || step === -9 || step === -1 || step === 9);
  return wrapped.length >= steps.length - 1;
}

/** Whether the text is nothing but these words in a row; the empty text is. Linear in its length times the words. */
function isBuiltOf(text: string, words: readonly string[]): boolean {
  const reachable = new Set([0]);
  for (let end = 0; end <= text.length; end++) {
    if (!reachable.has(end)) continue;
    for (const word of words) if (text.startsWith(word, end)) reachable.add(end + word.length);
  }
  return reachable.has(text.length);
}
