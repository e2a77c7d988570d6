import type { Asked } from "../../entry-points/neighbours.ts";
import { nameKind, wordsOf } from "../../knowledge/names.ts";
import { missingRole } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";

/** How many routes of the same thing say by what stands before them that it is for those who run the product. */
const ENOUGH = 4;
/** People may change what is their own among what is everybody's: who may is asked inside. */
const OF_PEOPLE =
  /^(?:users?|accounts?|members?|profiles?|people|persons?|customers?|me|my|self|own|preferences|avatars?|passwords?|notifications?|comments?|tickets?|messages?|favou?rites?|tokens?)$/i;

/**
 * `router.put("/settings/templates/:id", signedIn, settings.updateTemplate)` whose handler is in no file of the tree, where
 * each of the other settings, even to look at them, is behind `isAdmin`.
 */
export function leftUnseen({ entry, trace }: Judged, report: Report): boolean {
  if (entry.kind !== "route" || entry.neighbours === undefined) return false;
  const [unseen, ...more] = trace.unknowns;
  const [only] = trace.operations;
  if (unseen === undefined || more.length > 0 || only?.kind !== "return" || trace.operations.length > 1) return false;
  const [handed = ""] = unseen.split(" ");
  for (const [name] of only.facts.entries())
    if (/^(?:role|capability|signature|shared-secret|global)$|^opaque:scope/.test(name)) return false;
  const { own, others } = entry.neighbours();
  if (!/^(?:POST|PUT|PATCH|DELETE)$/.test(own.method ?? "") || own.guards.length > 0 || own.asksWhose === true)
    return false;
  if ((own.staff ?? []).length > 0) return false;
  if (nameKind(handed.slice(handed.lastIndexOf(".") + 1)) !== "writes") return false;
  const parts = partsOf(own);
  if (parts.some((part) => wordsOf(part).some((word) => OF_PEOPLE.test(word)))) return false;
  const near = nearest(parts, others);
  const guard = near[0]?.staff?.[0];
  if (guard === undefined || !near.every(({ staff = [] }) => staff.includes(guard))) return false;
  // To look is asked for as well: what is behind it is nobody else's.
  if (!near.some(({ method }) => method === "GET") || !near.some(({ method }) => method !== "GET")) return false;
  report.violated(
    missingRole,
    { file: entry.file, node: entry.node },
    `Whoever is known may do this: ${guard} stands before all that is beside it, and nothing of the kind before it.`,
    only,
  );
  return true;
}

/** Those that share the most of its path with it, as soon as there are enough of them. */
function nearest(parts: readonly string[], others: readonly Asked[]): readonly Asked[] {
  for (let length = parts.length - 1; length > 0; length--) {
    const start = parts.slice(0, length);
    // `/api/v1` names no thing.
    if (start.every((part) => /^(?:api|v\d+|rest|internal)$/i.test(part))) return [];
    const near = others.filter((one) => {
      const its = partsOf(one);
      return start.every((part, at) => its[at] === part);
    });
    if (near.length >= ENOUGH) return near;
  }
  return [];
}

function partsOf({ path }: Asked): readonly string[] {
  return (path ?? "").split("/").filter((part) => part !== "");
}
