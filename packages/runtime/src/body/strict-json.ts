import { Problem } from "../problem.ts";

// Deeper than any of our schemas by far, shallow enough for every recursive validator.
export const MAX_JSON_DEPTH = 32;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;

/**
 * JSON.parse, and beyond it: no member twice in one object (RFC 8259 §4 leaves their meaning open), no `__proto__`,
 * no `constructor.prototype`, no NUL and no lone surrogate in a string, no number that is none here (1e400 would be
 * Infinity), nothing nested deeper than MAX_JSON_DEPTH.
 * Throws Problem `malformed_json`, which never quotes the text.
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Problem("malformed_json");
  }
  scan(text);
  return value;
}

interface Frame {
  /** The member names so far; null for an array. */
  readonly names: Set<string> | null;
  /** True for the object that is the value of a `constructor` member. */
  readonly constructed: boolean;
  /** The name of the member being read. */
  name: string;
  /** True where a string would be a member name. */
  nameNext: boolean;
}

/** Walks text that JSON.parse accepted, so only structure needs a look. */
function scan(text: string): void {
  const stack: Frame[] = [];
  let frame: Frame | undefined;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at);
        const content = readString(text, at, end);
        if (frame !== undefined && frame.names !== null && frame.nameNext) takeName(frame, frame.names, content);
        at = end;
        break;
      }
      case 0x7b: // {
      case 0x5b: {
        // [
        if (stack.length === MAX_JSON_DEPTH) throw new Problem("malformed_json", { detail: "Nested too deeply." });
        const isObject = text.charCodeAt(at) === 0x7b;
        frame = {
          names: isObject ? new Set() : null,
          constructed: frame?.names !== null && frame?.name === "constructor",
          name: "",
          nameNext: isObject,
        };
        stack.push(frame);
        break;
      }
      case 0x7d: // }
      case 0x5d: // ]
        stack.pop();
        frame = stack.at(-1);
        break;
      case 0x2c: // ,
        if (frame !== undefined) frame.nameNext = frame.names !== null;
        break;
      default:
        if (isNumeral(text.charCodeAt(at))) at = endOfNumber(text, at);
        break;
    }
  }
}

const isNumeral = (code: number): boolean => code === MINUS || (code >= 0x30 && code <= 0x39);

/** The index of the number's last character. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (/[0-9.eE+-]/.test(text.charAt(end))) end++;
  if (!Number.isFinite(Number(text.slice(start, end)))) {
    throw new Problem("malformed_json", { detail: "A number is too large." });
  }
  return end - 1;
}

function takeName(frame: Frame, names: Set<string>, name: string): void {
  if (names.has(name)) throw new Problem("malformed_json", { detail: "A member stands twice in one object." });
  if (name === "__proto__" || (frame.constructed && name === "prototype")) {
    throw new Problem("malformed_json", { detail: "A member name is refused." });
  }
  names.add(name);
  frame.name = name;
  frame.nameNext = false;
}

/** The index of the closing quote. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at++;
  }
}

function readString(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  const content = raw.includes("\\") ? String(JSON.parse(text.slice(start, end + 1))) : raw;
  // Neither can be stored as text by a database; refused here rather than failing there.
  if (content.includes("\0") || !content.isWellFormed()) {
    throw new Problem("malformed_json", { detail: "A string holds what is not text." });
  }
  return content;
}
