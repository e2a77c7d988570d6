import { isTechnical } from "./people.ts";
import type { UnseenCall } from "./call.ts";
import { wordsOf } from "./names.ts";

/**
 * `const receptionist = await getReceptionist(); if (!receptionist) return new Response(null, { status: 401 })`: whatever
 * those who sign in are called, a stranger is who it answers nothing for, and is told so at once.
 */
export function isTakenForCaller({ machine, method, place }: UnseenCall): boolean {
  const last = wordsOf(method).at(-1);
  if (last === undefined || isTechnical(last) || OF_THE_REQUEST.test(last)) return false;
  const text = machine.project.file(place.file)?.text ?? "";
  const [, held] = HELD.exec(text.slice(Math.max(0, place.node.start - 80), place.node.start)) ?? [];
  if (held === undefined) return false;
  const [, asked] = TURNED_AWAY.exec(text.slice(place.node.end, place.node.end + 300)) ?? [];
  return asked === held;
}
/** What came with the request is no answer to who sent it. */
const OF_THE_REQUEST =
  /^(?:hosts?|domain|subdomain|origin|sites?|url|ip|geo|country|locale|tokens?|secrets?|keys?|headers?|cookies?|signatures?|nonces?|codes?|passwords?|bearer|authori[sz]ation|credentials?|jwt|hash|digest|challenge|client|provider|config|header|store|service)$/;
const HELD = /(?:const|let|var)\s+(\w+)(?:\s*:[^=;]{1,60})?\s*=\s*(?:await\s+)?$/;
/** The next statement asks for nothing but whether there is one, and says how a stranger is answered. */
const TURNED_AWAY =
  /^[\s;]*if\s*\(\s*(?:!\s*|(?=\w+\s*===?\s*(?:null|undefined)))(\w+)(?:\s*===?\s*(?:null|undefined))?\s*\)\s*\{?\s*(?:return|throw|redirect)\b[^;{}]{0,40}(?:\{[^{}]{0,60}\}[^;{}]{0,20}){0,2}?[^;]{0,60}(?:\b401\b|un_?auth(?:ori[sz]ed|enticated)|(?:not|must)[ _-]?(?:be[ _-]?)?(?:signed|logged)[ _-]?in|(?:sign|log)[-_]?(?:in|on)\b)/i;
