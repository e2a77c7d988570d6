import type { ProjectFile } from "../project.ts";

/** People, and what opens something: rows of these hold what nobody else is to have. */
const HOLDS =
  /^(?:users?|accounts?|members?|customers?|owners?|authors?|creators?|employees?|assignees?|profiles?|integrations?|connections?|api_?keys?|webhooks?|credentials?)$/i;

const known = new WeakMap<ProjectFile, Map<string, boolean>>();

/**
 * The file itself shows such rows in part only: `toPublicUser(user)`, `PUBLIC_USER_COLUMNS`, `user: { select: … }`. A
 * whole one that is answered beside it holds what the others keep back.
 */
export function isKeptBack(name: string, file: ProjectFile): boolean {
  if (!HOLDS.test(name)) return false;
  const noun = name.toLowerCase();
  const before = known.get(file) ?? new Map<string, boolean>();
  known.set(file, before);
  const found = before.get(noun) ?? showsInPart(noun.replace(/_/g, "").replace(/s$/, ""), file.text);
  before.set(noun, found);
  return found;
}

function showsInPart(noun: string, text: string): boolean {
  for (const [name] of text.matchAll(VIEW)) if (name.toLowerCase().replace(/_/g, "").includes(noun)) return true;
  for (const [, name = ""] of text.matchAll(PICKED)) if (name.toLowerCase().replace(/s$/, "") === noun) return true;
  return false;
}

/** `toPublicUser`, `sanitizeUser`, `userPublicFields`, `SAFE_USER_SELECT`. */
const VIEW =
  /\b(?:to|as|get|pick|build|format|make)?_?(?:public|safe|sanitiz|sanitis|serializ|serialis|redact|present|strip|expos|visible)\w*\b|\b\w+(?:Public|Safe|Visible)(?:Select|Fields|Columns|Attributes|View|Dto|DTO)?\b/gi;
const PICKED = /\b(\w+)\s*:\s*\{\s*(?:select|columns|attributes|fields)\s*:/g;
