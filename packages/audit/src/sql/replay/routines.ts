import { Cursor, splitCommas, type Name } from "../cursor.ts";
import { isWild, keyOf, type Routine } from "../schema.ts";
import { insideOf, tokensOf, type Source, type Token } from "../token.ts";
import { headOf, type Statement } from "./context.ts";

const MODES = new Set(["in", "out", "inout", "variadic"]);

/** `create [or replace] function | procedure …` */
export function createRoutine(statement: Statement, procedure: boolean): void {
  const { schema, cursor, source } = statement;
  const name = cursor.name();
  if (name === null || isWild(name.name)) return;
  const listed = cursor.group();
  if (listed === null) return;
  const from = cursor.at;
  const options = readOptions(cursor, source);
  const parameters = splitCommas(listed).flatMap(parameterOf);
  const routine: Routine = {
    schema: name.schema ?? schema.path,
    name: name.name,
    parameters,
    returns: procedure ? "procedure" : options.returns,
    definer: options.definer,
    searchPath: options.searchPath,
    header: [...listed, ...cursor.tokens.slice(from, options.bodyAt)],
    body: options.body,
    source: options.source,
    place: headOf(statement, name),
    set: schema.set,
    granted: new Set(),
    revoked: new Set(["public", "anon", "authenticated"].filter((role) => schema.withheld.has(`functions ${role}`))),
  };
  const key = keyOf(routine.schema, routine.name);
  const others = (schema.routines.get(key) ?? []).filter((one) => signature(one) !== signature(routine));
  const before = schema.routines.get(key)?.find((one) => signature(one) === signature(routine));
  // A replaced function keeps what was granted.
  for (const role of before?.revoked ?? []) routine.revoked.add(role);
  for (const role of before?.granted ?? []) routine.granted.add(role);
  schema.routines.set(key, [...others, routine]);
}

function parameterOf(tokens: readonly Token[]): { name: string; type: string }[] {
  const mode = tokens[0]?.kind === "word" && MODES.has(tokens[0].value) ? tokens[0].value : null;
  if (mode === "out") return [];
  const rest = mode === null ? tokens : tokens.slice(1);
  const end = rest.findIndex(
    ({ kind, value }) =>
      (kind === "word" && value === "default") || (kind === "symbol" && (value === "=" || value === ":=")),
  );
  const declared = end === -1 ? rest : rest.slice(0, end);
  const named = declared.length > 1 && declared[1]?.kind !== "symbol";
  return [
    {
      name: named ? (declared[0]?.value ?? "") : "",
      type: (named ? declared.slice(1) : declared).map(({ value }) => value).join(" "),
    },
  ];
}

function signature({ parameters }: Routine): string {
  return parameters.map(({ type }) => type).join(",");
}

interface Options {
  returns: string;
  definer: boolean;
  searchPath: boolean;
  body: readonly Token[];
  source: Source | null;
  bodyAt: number;
}

function readOptions(cursor: Cursor, source: Source): Options {
  const options: Options = {
    returns: "",
    definer: false,
    searchPath: false,
    body: [],
    source: null,
    bodyAt: cursor.to,
  };
  while (!cursor.done) {
    if (cursor.eat("returns")) {
      options.returns = cursor.peek()?.value ?? "";
      cursor.at++;
    } else if (cursor.eat("security", "definer")) options.definer = true;
    else if (cursor.eat("security", "invoker")) options.definer = false;
    else if (cursor.eat("set", "search_path")) options.searchPath = true;
    else if (cursor.eat("as")) {
      const token = cursor.peek();
      if (token?.kind === "dollar" || token?.kind === "string") {
        options.bodyAt = Math.min(options.bodyAt, cursor.at);
        options.source = insideOf(source, token);
        options.body = tokensOf(options.source);
        cursor.at++;
      }
    } else if (cursor.is("begin", "atomic") || cursor.is("return")) {
      options.bodyAt = Math.min(options.bodyAt, cursor.at);
      options.body = cursor.tokens.slice(cursor.at, cursor.to);
      cursor.at = cursor.to;
    } else if (cursor.group() === null) cursor.at++;
  }
  return options;
}

/** A function as named with or without its argument types. */
export interface Called extends Name {
  readonly types: number | null;
}

export function calledAt(cursor: Cursor): Called | null {
  const name = cursor.name();
  if (name === null) return null;
  const group = cursor.group();
  return { ...name, types: group === null ? null : splitCommas(group).length };
}

/** Functions of this name and number of arguments; of a name only known when run, those the block around names. */
export function routinesOf({ schema, candidates }: Statement, { types, ...name }: Called): Routine[] {
  if (isWild(name.name)) {
    const all = [...schema.routines.values()].flat();
    return candidates === null
      ? all
      : all.filter((one) => candidates.has(one.name) || candidates.has(keyOf(one.schema, one.name)));
  }
  const named = schema.routinesNamed(name);
  const exact = named.filter(({ parameters }) => parameters.length === types);
  return types === null || exact.length === 0 ? named : exact;
}

/** `alter function …` */
export function alterRoutine(statement: Statement): void {
  const { cursor } = statement;
  const called = calledAt(cursor);
  if (called === null) return;
  const at = cursor.at;
  for (const routine of routinesOf(statement, called)) {
    const options = new Cursor(cursor.tokens, at, cursor.to);
    while (!options.done) {
      if (options.eat("set", "search_path")) routine.searchPath = true;
      else if (options.eat("reset", "search_path") || options.eat("reset", "all")) routine.searchPath = false;
      else if (options.eat("security", "definer")) routine.definer = true;
      else if (options.eat("security", "invoker")) routine.definer = false;
      else if (options.eat("set", "schema"))
        rename(statement, routine, options.name()?.name ?? routine.schema, routine.name);
      else if (options.eat("rename", "to"))
        rename(statement, routine, routine.schema, options.name()?.name ?? routine.name);
      else options.at++;
    }
  }
}

function rename({ schema }: Statement, routine: Routine, to: string, name: string): void {
  const from = keyOf(routine.schema, routine.name);
  schema.routines.set(
    from,
    (schema.routines.get(from) ?? []).filter((one) => one !== routine),
  );
  routine.schema = to;
  routine.name = name;
  schema.routines.set(keyOf(to, name), [...(schema.routines.get(keyOf(to, name)) ?? []), routine]);
}

/** `drop function a(uuid), b` */
export function dropRoutines(statement: Statement): void {
  const { schema, cursor } = statement;
  cursor.eat("if", "exists");
  do {
    const called = calledAt(cursor);
    if (called === null) return;
    const gone = new Set(isWild(called.name) ? [] : routinesOf(statement, called));
    for (const [key, kept] of schema.routines)
      schema.routines.set(
        key,
        kept.filter((one) => !gone.has(one)),
      );
  } while (cursor.eat(","));
}
