import type { Node } from "oxc-parser";
import { walkOwn } from "./walk.ts";

/** Somebody is turned away there. */
export function isRefusal(consequent: Node): boolean {
  for (const node of walkOwn(consequent)) {
    if (node.type === "Literal" && (node.value === 401 || node.value === 403)) return true;
    if (
      node.type === "Literal" &&
      typeof node.value === "string" &&
      /^(?:forbidden|unauthori[sz]ed)$/i.test(node.value)
    )
      return true;
    if (node.type === "Identifier" && /forbidden|unauthori[sz]ed/i.test(node.name)) return true;
  }
  return false;
}
