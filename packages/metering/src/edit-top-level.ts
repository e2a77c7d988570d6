import { MeteringError } from "./errors.ts";
import { membersOf, skipBlank, type MemberSpan } from "./json-spans.ts";

/** Sets one member: `["max_tokens"]`, or one object deeper: `["stream_options", "include_usage"]`. */
export interface Edit {
  readonly path: readonly [string] | readonly [string, string];
  readonly value: number | boolean | string;
}

/** Bytes from `at` to `until` give way to `text`; an insertion into an object that has members ends in a comma. */
interface Splice {
  readonly at: number;
  readonly until: number;
  text: string;
}

const OPEN_OBJECT = 0x7b;

class Splices {
  readonly #splices = new Map<number, Splice>();

  replace(member: MemberSpan, text: string): void {
    if (this.#splices.has(member.valueStart)) {
      throw new MeteringError("edit_invalid", "Two edits set the same member");
    }
    this.#splices.set(member.valueStart, { at: member.valueStart, until: member.valueEnd, text });
  }

  insert(open: number, empty: boolean, text: string): void {
    const earlier = this.#splices.get(open + 1);
    if (earlier !== undefined) earlier.text = `${text},${earlier.text}`;
    else this.#splices.set(open + 1, { at: open + 1, until: open + 1, text: empty ? text : `${text},` });
  }

  /** Every occurrence of `name` replaced, or one inserted as the first member of the object at `open`. */
  set(members: readonly MemberSpan[], open: number, name: string, text: string): void {
    const present = members.filter((member) => member.name === name);
    if (present.length === 0) this.insert(open, members.length === 0, `${JSON.stringify(name)}:${text}`);
    for (const member of present) this.replace(member, text);
  }

  apply(body: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = [];
    let from = 0;
    for (const splice of [...this.#splices.values()].sort((one, other) => one.at - other.at)) {
      parts.push(body.subarray(from, splice.at), Buffer.from(splice.text));
      from = splice.until;
    }
    parts.push(body.subarray(from));
    return Buffer.concat(parts);
  }
}

/**
 * `body` with the named members set and every other byte as it was. `body` is JSON that has been parsed before and
 * whose top level is an object. Of an outer object that is absent or null only one member can be set.
 * @throws MeteringError `edit_invalid` when the top level is no object or two edits set the same member.
 */
export function editTopLevel(body: Uint8Array, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) return body;
  const open = skipBlank(body, 0);
  if (body[open] !== OPEN_OBJECT) throw new MeteringError("edit_invalid", "The body is not a JSON object");
  const members = membersOf(body, open);
  const splices = new Splices();
  const inserted = new Set<string>();
  for (const { path, value } of edits) {
    const [outer, inner] = path;
    const holders = members.filter((member) => member.name === outer);
    if (holders.length === 0 && inserted.has(outer)) {
      throw new MeteringError("edit_invalid", "Two edits set the same member");
    }
    inserted.add(outer);
    if (inner === undefined) splices.set(members, open, outer, JSON.stringify(value));
    else if (holders.length > 0 && holders.every((member) => body[member.valueStart] === OPEN_OBJECT)) {
      for (const { valueStart } of holders) {
        splices.set(membersOf(body, valueStart), valueStart, inner, JSON.stringify(value));
      }
    } else {
      // null, as SDKs send for "not given", becomes an object as if it were absent.
      splices.set(members, open, outer, `{${JSON.stringify(inner)}:${JSON.stringify(value)}}`);
    }
  }
  return splices.apply(body);
}
