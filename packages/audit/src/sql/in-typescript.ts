import type { Span } from "./statements.ts";

/** Methods and tags that take SQL: of pg, knex, kysely, typeorm, sequelize, prisma, postgres.js, node-pg-migrate. */
const TAKERS =
  /(?:\.(?:query|raw|sql|unsafe|execute|executeSql|none|any|run|exec|\$executeRaw|\$executeRawUnsafe|\$queryRaw|\$queryRawUnsafe)(?:<[\w\s[\]{},.:|]*>)?\s*\(\s*(?:sql(?:\.raw\(\s*)?)?|\bsql(?:\.raw\s*\(\s*|<[\w\s]*>)?|\.\$executeRaw|\.\$queryRaw)\s*(?=[`'"])/g;

/** SQL given to a database in TypeScript. `text` is as long as what it stands for: interpolations are underscores. */
export interface Embedded extends Span {
  readonly text: string;
}

/** The SQL that a migration in TypeScript or JavaScript runs forwards; what its `down` would run is left out. */
export function statementsIn(text: string): Embedded[] {
  const backwards = downOf(text);
  const found: Embedded[] = [];
  for (const match of text.matchAll(TAKERS)) {
    const open = match.index + match[0].length;
    if (found.some(({ end }) => open < end) || backwards.some(({ start, end }) => open >= start && open < end))
      continue;
    const literal = literalAt(text, open);
    if (literal !== null && /^\s*(?:--|\/\*|create|alter|drop|grant|revoke|do|set|select|call)/i.test(literal.text))
      found.push(literal);
  }
  return found;
}

/** The whole file with everything but its SQL blanked out, so that offsets stay what they are. */
export function sqlOf(text: string): string {
  let masked = "";
  for (const { start, end, text: sql } of statementsIn(text)) {
    // The closing quote becomes the semicolon that such statements often lack.
    masked += " ".repeat(start - masked.length) + sql + " ".repeat(Math.max(0, end - start - sql.length)) + "\n;";
  }
  return masked;
}

function literalAt(text: string, open: number): Embedded | null {
  const quote = text.charAt(open);
  let sql = "";
  let at = open + 1;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === quote) return { start: open + 1, end: at, text: sql };
    if (char === "\n" && quote !== "`") return null;
    if (char === "\\") {
      const escaped = text.charAt(at + 1);
      sql += escaped === "n" || escaped === "t" || escaped === "r" ? "  " : ` ${escaped}`;
      at += 2;
    } else if (char === "$" && quote === "`" && text.charAt(at + 1) === "{") {
      const end = interpolationEnd(text, at + 2);
      sql += "_".repeat(end - at);
      at = end;
    } else {
      sql += char;
      at++;
    }
  }
  return null;
}

function interpolationEnd(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return at + 1;
  }
  return text.length;
}

/** From where `down` begins to where `up` begins, or to the end. */
function downOf(text: string): Span[] {
  const down =
    /\b(?:function\s+down|async\s+down|(?:exports\.)?down\s*[=:]\s*(?:async\s*)?(?:function\b|\()|(?:public\s+)?down\s*\([^)]{0,400}\)\s*(?::\s*[\w<>]+\s*)?\{)/g;
  const up =
    /\b(?:function\s+up|async\s+up|(?:exports\.)?up\s*[=:]\s*(?:async\s*)?(?:function\b|\()|(?:public\s+)?up\s*\([^)]{0,400}\)\s*(?::\s*[\w<>]+\s*)?\{)/g;
  const ups = [...text.matchAll(up)].map(({ index }) => index);
  return [...text.matchAll(down)].map(({ index }) => ({
    start: index,
    end: ups.find((other) => other > index) ?? text.length,
  }));
}
