/** Names of columns that hold what nobody else is to have. */
export const SECRET_COLUMN =
  /^(?:password\w*|hash(?:ed)?_?\w*|\w*_?hash|\w*Hash|\w*secret\w*|access_?token|refresh_?token|id_?token|api_?key|private_?key|encrypted\w*|salt|otp\w*|two_?factor\w*)$/i;

/** The columns of a model of Mongoose or Sequelize that hold a secret and come with its rows. */
export interface ModelSecrets {
  readonly columns: readonly string[];
  /** The model leaves some out by itself where a row is written out; of a plain object it does not. */
  readonly hides: boolean;
}

const DECLARES = /\bSchema\s*(?:<[^>()]{0,80}>)?\(\s*\{|\.define\(\s*["'`]\w+["'`]\s*,\s*\{|\w+\.init\(\s*\{/g;
const HIDES = /\btoJSON\b|\btoObject\b|\btransform\b|\bhidden\b|defaultScope|\.set\(\s*["'`]toJSON/;

/** By the models' names, lower case. */
export function modelSecrets(files: Iterable<{ readonly text: string }>): Map<string, ModelSecrets> {
  const found = new Map<string, ModelSecrets>();
  for (const { text } of files) {
    if (!/mongoose|sequelize/i.test(text)) continue;
    for (const declared of text.matchAll(DECLARES)) {
      const start = declared.index + declared[0].length;
      const columns = columnsOf(text, start);
      const hides = HIDES.test(text);
      if (columns.length === 0 && !hides) continue;
      for (const name of namesOf(text, declared)) found.set(name.toLowerCase(), { columns, hides });
    }
  }
  return found;
}

/** The names of the first level of an object that opened before `start`, with what is said of each. */
function columnsOf(text: string, start: number): string[] {
  const columns: string[] = [];
  let depth = 1;
  for (let at = start; at < text.length && depth > 0; at += 1) {
    const one = text[at];
    if (one === "{" || one === "[" || one === "(") depth += 1;
    else if (one === "}" || one === "]" || one === ")") depth -= 1;
    else if (depth === 1 && (at === start || /[\s,{]/.test(text[at - 1] ?? ""))) {
      const [, name = ""] = /^["']?(\w+)["']?\s*:/.exec(text.slice(at, at + 60)) ?? [];
      if (name === "") continue;
      const said = /^[^{,]*(?:\{[^{}]*\})?/.exec(text.slice(at, at + 300))?.[0] ?? "";
      if (
        SECRET_COLUMN.test(name) &&
        !/select\s*:\s*(?:false|0)\b/.test(said) &&
        /String|STRING|TEXT|Buffer/.test(said)
      )
        columns.push(name);
      at += name.length;
    }
  }
  return columns;
}

/** `const userSchema = new Schema({ … }); … model("User", userSchema)`, `User.init({ … }, { modelName: "user" })`. */
function namesOf(text: string, declared: RegExpExecArray): string[] {
  const [, defined] = /\.define\(\s*["'`](\w+)/.exec(declared[0]) ?? [];
  const before = text.slice(Math.max(0, declared.index - 80), declared.index);
  const [, held] = /(\w+)\s*(?::\s*[\w<>.]+\s*)?=\s*(?:await\s+)?(?:new\s+)?(?:\w+\.)*$/.exec(before) ?? [];
  if (defined !== undefined) return held === undefined ? [defined] : [defined, held];
  const [, initialised] = /(\w+)\.init\(/.exec(declared[0]) ?? [];
  if (initialised !== undefined) return [initialised];
  if (held === undefined) return [];
  const names: string[] = [];
  for (const [, name = "", schema = ""] of text.matchAll(/\bmodel(?:<[^>()]{0,80}>)?\(\s*["'`](\w+)["'`]\s*,\s*(\w+)/g))
    if (schema === held) names.push(name);
  return names;
}
