import type { Value } from "../../values/value.ts";
import { isPublicTable } from "../entry/entry-kinds.ts";

const TEXT =
  /^(?:\w*_)?(?:title|name|content|text|body|description|summary|bio|message|comment|question|answer|headline|caption|review|about)$|[a-z](?:Title|Name|Content|Text|Body|Description|Summary|Bio|Message|Comment)$/;
/** What visitors and members write, whatever finds it. */
const OF_OTHERS =
  /(?:^|\s)(?:\w+_)?(?:questions?|answers?|solutions?|repl(?:y|ies)|comments?|messages?|reviews?|threads?|discussions?|topics?|profiles?|listings?|members?|submissions?)(?:\s|$)/i;

/**
 * Text that others wrote inside of JSON that is written into a script element as it is: `</script>` in it ends the
 * script, since JSON leaves `<` alone. What those who run the product write is their own; null where there is no other.
 */
export function textInJson(value: Value, depth = 0): Value | null {
  if (depth > 8) return null;
  switch (value.k) {
    case "rows": {
      const last = value.path.slice(value.path.lastIndexOf(".") + 1);
      return TEXT.test(last) && !isPublicTable(value.query.table) ? value : null;
    }
    case "chain": {
      if (value.root.k !== "foreign" || value.root.origin === "global") return null;
      const called = value.steps.findLastIndex((step) => step.kind === "call");
      const names = value.steps.slice(called + 1).flatMap((step) => (step.kind === "member" ? [step.name] : []));
      return called !== -1 && TEXT.test(names.at(-1) ?? "") && OF_OTHERS.test(names.join(" ")) ? value : null;
    }
    case "struct":
      return firstOf([...value.props.values(), ...value.spreads], depth);
    case "list":
      return firstOf(value.items, depth);
    case "choice":
      return firstOf(
        value.alternatives.map((one) => one.value),
        depth,
      );
    case "derived":
      return /^(?:template|\+|string|stringify|copy|trimmed)$/.test(value.op) ? firstOf(value.args, depth) : null;
    case "pending":
      return textInJson(value.value, depth + 1);
    default:
      return null;
  }
}

function firstOf(values: readonly Value[], depth: number): Value | null {
  for (const one of values) {
    const found = textInJson(one, depth + 1);
    if (found !== null) return found;
  }
  return null;
}
