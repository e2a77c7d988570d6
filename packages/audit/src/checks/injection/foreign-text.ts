import { buildsParts } from "../../knowledge/call.ts";
import type { Facts } from "../../values/facts.ts";
import { keyOf } from "../../values/key.ts";
import type { Value } from "../../values/value.ts";

/** Operators and functions after which a text can no longer be another's language. */
const HARMLESS =
  /^(?:matches|is-like|pattern|number|boolean|length|hash|hmac|random|encoded|concealed|escaped|===|!==|==|!=|<|>|<=|>=|in|instanceof|!|typeof|is-type|includes|-|\*|\/|%|tagged|token|error|part-of)$/;
const ESCAPES =
  /escape|sanitiz|sanitis|purify|clean|quote|ident|encode|format|literal|serialize|shellescape|xss|striptags/i;

/**
 * The part of a text that somebody else chose, or null. `parameters`: also what a function was given by callers that are
 * not known; without it only what is seen to come from a client.
 */
export function foreignPart(value: Value, facts: Facts, parameters: boolean, depth = 0): Value | null {
  if (depth > 10) return null;
  switch (value.k) {
    case "client":
      // One of a list of constants, compared with one, or of a type that holds no text.
      return value.closed === true || /constant/.test(facts.get(`valid:${keyOf(value)}`)?.why ?? "") ? null : value;
    case "rows":
      return parameters &&
        !/constant/.test(facts.get(`valid:${keyOf(value)}`)?.why ?? "") &&
        value.path !== "" &&
        !/(?:^|\.)(?:\w*id|count|n|total|\w*At)$/i.test(value.path)
        ? value
        : null;
    case "opaque":
      return parameters &&
        value.id > 0 &&
        value.name !== "" &&
        !/^(?:[A-Z].*|\d+|index|count|limit|offset|element|number|private|unfollowed|length|page|port|schema\w*|table\w*|columns?|columnNames?|keys?|prefix|where\w*|sql|query|text|statement|fields?|placeholders?|values?|clauses?|filters?|order\w*|sort\w*|yield|import|this|super|unary|handler|resolve|reject|[A-Z]\w+)$/.test(
          value.name,
        )
        ? value
        : null;
    case "derived":
      if (HARMLESS.test(value.op) || /constant/.test(facts.get(`valid:${keyOf(value)}`)?.why ?? "")) return null;
      // What a component was given and writes as JSON is its own configuration more often than not.
      if (value.op === "stringify") return foreignPart(value.args[0] ?? value, facts, false, depth + 1);
      for (const arg of value.args) {
        const found = foreignPart(arg, facts, parameters, depth + 1);
        if (found !== null) return found;
      }
      return null;
    case "choice":
      for (const one of value.alternatives) {
        const found = foreignPart(one.value, facts.and(one.facts), parameters, depth + 1);
        if (found !== null) return found;
      }
      return null;
    case "pending":
      return foreignPart(value.value, facts, parameters, depth + 1);
    case "list":
    case "struct": {
      const inner = value.k === "list" ? value.items : [...value.props.values(), ...value.spreads];
      for (const one of inner) {
        const found = foreignPart(one, facts, parameters, depth + 1);
        if (found !== null) return found;
      }
      return null;
    }
    case "chain": {
      const names = value.steps.flatMap((step) => (step.kind === "member" ? [step.name] : [])).join(" ");
      const root = value.root.k === "foreign" || value.root.k === "opaque" ? value.root.name : "";
      if (ESCAPES.test(`${names} ${root}`) || isCompiled(value)) return null;
      if (isBuiltStatement(value)) return null;
      // What is looked up by something is not made of it.
      if (value.steps.at(-1)?.kind === "call" && LOOKS_UP.test(calledLast(value))) return null;
      // `site.theme` of what was looked up, `themeCss(site.settings)`: of a language of its own, which its owner has set.
      if (isLookedUp(value) && IN_OWN_LANGUAGE.test(names.split(" ").at(-1) ?? "")) return null;
      if (IN_OWN_LANGUAGE.test(calledLast(value)) && value.steps.at(-1)?.kind === "call" && isGivenLookedUp(value))
        return null;
      for (const [at, step] of value.steps.entries()) {
        if (step.kind === "member") continue;
        for (const arg of isRaw(value, at) ? step.args.slice(0, 1) : step.args) {
          const found = foreignPart(arg, facts, parameters && makesMarkup(value), depth + 1);
          if (found !== null) return found;
        }
      }
      if (!value.steps.every((step) => step.kind === "member"))
        return isKeptText(value.steps) ? foreignPart(value.root, facts, false, depth + 1) : null;
      // `options.table` is judged by its own name.
      const last = value.steps.at(-1);
      if (value.root.k === "opaque" && last?.kind === "member")
        return foreignPart({ ...value.root, name: last.name }, facts, parameters, depth + 1);
      // A column of a row that came with another.
      if (value.root.k === "rows" && last?.kind === "member")
        return foreignPart({ ...value.root, path: last.name }, facts, parameters, depth + 1);
      return foreignPart(value.root, facts, parameters, depth + 1);
    }
    default:
      return null;
  }
}

/** `builder.toSQL().toNative().sql`, `query.compile().sql`: a text with marks where its values go, which stand beside it. */
function isCompiled({ steps }: Extract<Value, { k: "chain" }>): boolean {
  return steps.some((step, at) => {
    const before = steps[at - 1];
    return step.kind === "call" && before?.kind === "member" && COMPILES.test(before.name);
  });
}
const COMPILES = /^(?:toSQL|toSql|toNative|toParam|toKnexQuery|compile|getQueryAndParameters)$/;

/**
 * `const { filterSql, params } = await parseFilters(req.query)` of code that is not seen, by whose name it builds parts of
 * statements: it answers with several, of which one is the text and another what is bound to its marks.
 */
function isBuiltStatement({ root, steps }: Extract<Value, { k: "chain" }>): boolean {
  const last = steps.at(-1);
  const call = steps.at(-2);
  if (last?.kind !== "member" || call?.kind !== "call" || root.k !== "foreign" || root.origin === "package")
    return false;
  const before = steps.at(-3);
  const called = before?.kind === "member" ? before.name : steps.length === 2 ? root.name : "";
  return buildsParts(called) && PART_OF_STATEMENT.test(last.name);
}
const PART_OF_STATEMENT =
  /quer|sql|where|join|filter|clause|condition|order|sort|cte|fragment|statement|text|predicate/i;

/** `knex.raw("lower(name) = ?", [name])`: what is bound is no part of the text. */
function isRaw({ steps }: Extract<Value, { k: "chain" }>, at: number): boolean {
  const before = steps[at - 1];
  return before?.kind === "member" && before.name === "raw";
}

/** `.split(",")[0].trim()`: it is still what it was, or a piece of it. */
function isKeptText(steps: Extract<Value, { k: "chain" }>["steps"]): boolean {
  return steps.every((step, at) => {
    if (step.kind === "member") return true;
    const before = steps[at - 1];
    return step.kind === "call" && before?.kind === "member" && KEEPS.test(before.name);
  });
}
const KEEPS =
  /^(?:split|trim|trimStart|trimEnd|slice|substring|substr|toLowerCase|toUpperCase|concat|at|pop|shift|join|toString|normalize|reverse|filter|flat|padStart|padEnd)$/;

/** Markdown renderers that hand on whatever HTML the text holds. */
function makesMarkup({ root }: Extract<Value, { k: "chain" }>): boolean {
  return root.k === "foreign" && /^(?:marked|showdown|snarkdown)(?:$|\/)/.test(root.from);
}

const LOOKS_UP =
  /^(?:get(?!Html|Text|Markup)\w*|h?m?get|find\w*|fetch\w*|load\w*|lookup\w*|has|exists|count|(?!\w*(?:html|text|markup))(?:\w+By|by)[A-Z]\w*)$/;

/** A field of what was looked up: `(await forms.findBySlug(slug)).theme`. */
function isLookedUp({ steps }: Extract<Value, { k: "chain" }>): boolean {
  const at = steps.findLastIndex((step) => step.kind === "call");
  const named = steps[at - 1];
  return at > 0 && at < steps.length - 1 && named?.kind === "member" && LOOKS_UP.test(named.name);
}

/** All that code which is not seen was given of a client's is what was looked up by it. */
function isGivenLookedUp({ steps }: Extract<Value, { k: "chain" }>): boolean {
  const last = steps.at(-1);
  return last?.kind === "call" && last.args.every(isNotTheirText);
}

function isNotTheirText(value: Value): boolean {
  if (value.k === "choice") return value.alternatives.every((one) => isNotTheirText(one.value));
  return value.k === "literal" || value.k === "rows" || (value.k === "chain" && isLookedUp(value));
}

/** Styles, pictures and names of the machine's own. */
const IN_OWN_LANGUAGE =
  /(?:css|styles?|theme\w*|themed|colou?rs?|palette|font\w*|branding|svg|icon|nonce|json_?ld|vars|(?:^|_)_?id|Id|At|count)$/i;

function calledLast({ steps, root }: Extract<Value, { k: "chain" }>): string {
  const named = steps.at(-2);
  return named?.kind === "member" ? named.name : steps.length === 1 && root.k === "foreign" ? root.name : "";
}

/** What a value is called in a message. */
export function nameOf(value: Value): string {
  switch (value.k) {
    case "client":
      return value.path === "" ? `the ${value.part}` : `${value.path} of the ${value.part}`;
    case "rows":
      return value.path === "" ? "a row" : value.path;
    case "opaque":
      return value.name === "" ? "a parameter" : value.name;
    case "chain": {
      const last = value.steps.at(-1);
      return last?.kind === "member" ? last.name : "a value";
    }
    default:
      return "a value";
  }
}
