import type { Finding } from "../findings/finding.ts";

// Reports are pasted, logged and published; what looks like a credential in an excerpt is not repeated there. Characters
// are replaced one by one, so that carets still stand where they should.
const HIDDEN = "•";
const KEPT = 4;

/** Quoted text on one line; the quotes are not part of it. */
const QUOTED = /(?<=(["'`]))(?:\\.|(?!\1)[^\\\n])+(?=\1)/g;
/** A run of characters as credentials are made of. Dots, colons and slashes end one: hosts and paths stay readable. */
const TOKEN = /[A-Za-z0-9+_=-]{16,}/g;
/** Lines of a PEM block stand without quotes. */
const BASE64 = /(?<![\w+/=])[A-Za-z0-9+/]{40,}={0,2}/g;

/** A line, or several, with what looks like a credential made unreadable. */
export function maskSecrets(text: string): string {
  return text
    .replaceAll(QUOTED, (quoted) => quoted.replaceAll(TOKEN, (token) => (looksRandom(token) ? hide(token) : token)))
    .replaceAll(BASE64, (token) => (looksRandom(token) ? hide(token) : token));
}

/** One line of the source around a finding, fit to be shown. */
export function shownLine(text: string, finding: Finding, number: number): string {
  const { line, endLine } = finding.location;
  const own = isCredential(finding) && number >= line && number <= endLine;
  return own ? hideQuoted(text) : maskSecrets(text);
}

/** The finding's own excerpt, fit to be shown. */
export function shownExcerpt(finding: Finding): string {
  return isCredential(finding) ? hideQuoted(finding.excerpt) : maskSecrets(finding.excerpt);
}

/** Findings that point at a credential itself: it may be as short and plain as a password. */
function isCredential({ rule }: Finding): boolean {
  return rule.startsWith("secrets/hardcoded");
}

function hideQuoted(text: string): string {
  return maskSecrets(text.replaceAll(QUOTED, hide));
}

function hide(token: string): string {
  const kept = token.length >= KEPT * 4 ? KEPT : 0;
  return token.slice(0, kept) + HIDDEN.repeat(token.length - kept);
}

/** How the best-known issuers begin theirs. */
const ISSUED = /^(?:(?:sk|rk|pk|whsec|gh[opsu]|github_pat|glpat|shpat|npm|mtr|xox[abeprs])[-_]|AKIA|AIza)/;

/** Words have few digits, identifiers few changes of case: credentials have many of either. */
function looksRandom(token: string): boolean {
  if (ISSUED.test(token)) return true;
  const digits = token.match(/\d/g)?.length ?? 0;
  const changes = token.match(/[a-z][A-Z0-9]|[A-Z0-9][a-z]/g)?.length ?? 0;
  return /[A-Za-z]/.test(token) ? digits >= 3 && changes + digits >= token.length / 5 : digits >= 24;
}
