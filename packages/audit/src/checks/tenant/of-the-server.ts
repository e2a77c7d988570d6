import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { says } from "../../source/says.ts";
import { receiverName } from "../../syntax/receiver-name.ts";
import { calledName } from "../../syntax/called-name.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { children } from "../../syntax/walk.ts";
import { speaksOfNobody } from "./global-role.ts";
import { stemOf } from "./stem.ts";

/** `hasPermissionAsync(this.userId, "manage-oauth-apps")`: told who and which right, and of no thing it would be a right over. */
const PERMITTED =
  /\b(?:has|check|require|ensure|assert|verify|can|user_?has)\w*(?:Permission|Right|Privilege|Role)s?\w*\(\s*[\w.$?!]+(?:\(\))?\s*,\s*\[?\s*(?:["'`][\w:.-]+["'`]|[A-Z]\w*\.\w+)\s*\]?\s*\)/;
const WRITES =
  /^(?:insert(?:One|Many)?|create|add|update(?:One|Many|ById)?|delete(?:One|Many|ById)?|remove(?:One|ById)?|destroy|findOneAnd(?:Update|Delete)|findById(?:AndUpdate|AndDelete)|upsert)$/;

const known = new WeakMap<ProjectFile, ReadonlySet<string>>();

/**
 * Rows that nobody makes or changes in this file who was not asked for a right over all of the server: its OAuth
 * applications, its roles, its custom sounds. They are the server's, and who looks at one looks at nobody's.
 */
export function isOfTheServer(file: ProjectFile, table: string): boolean {
  let found = known.get(file);
  if (found === undefined) {
    found = says(file, PERMITTED) && speaksOfNobody(file.text) ? governed(file) : new Set();
    known.set(file, found);
  }
  return found.has(stemOf(table.slice(table.lastIndexOf(".") + 1)));
}

/** The stems of what is only changed by those who were asked. */
function governed({ syntax, text }: ProjectFile): ReadonlySet<string> {
  const asked = new Map<string, boolean>();
  const visit = (node: Node, within: readonly Node[]): void => {
    const inner = isFunction(node) ? [...within, node] : within;
    if (
      node.type === "CallExpression" &&
      node.callee.type === "MemberExpression" &&
      WRITES.test(calledName(node)) &&
      inner.length > 0
    ) {
      const stem = stemOf(receiverName(node.callee));
      const isAsked = inner.some((fn) => PERMITTED.test(text.slice(fn.start, node.start)));
      if (stem.length > 2) asked.set(stem, isAsked && asked.get(stem) !== false);
    }
    for (const child of children(node)) visit(child, inner);
  };
  visit(syntax.program, []);
  return new Set([...asked].flatMap(([stem, all]) => (all ? [stem] : [])));
}
