import type { ArrowFunctionExpression, Class, Function as FunctionSyntax, Node } from "oxc-parser";
import type { Facts } from "./facts.ts";
import type { Place } from "./place.ts";

export type { Place } from "./place.ts";

/** Which part of a request a value came from. `arguments` are those of a server action: a client chooses each. */
export type ClientPart = "body" | "query" | "params" | "header" | "cookie" | "url" | "method" | "arguments" | "file";

/** What an expression may hold, as far as the model of security asks: where it came from, not what it computes to. */
export type Value =
  | { readonly k: "literal"; readonly value: string | number | boolean | bigint | null | undefined }
  /** Chosen by whoever sends the request. `path` is dotted; `checked` once a schema has passed it on, `closed` when no free text fits it, `listed` where it is one of a few that stand in the source. */
  | {
      readonly k: "client";
      readonly part: ClientPart;
      readonly path: string;
      readonly checked: boolean;
      readonly closed?: boolean;
      readonly listed?: boolean;
      /** What a schema that was seen asks of it with functions of its own (`refine`); none, and it asked for nothing more. */
      readonly looked?: readonly Value[];
    }
  /** A request, context or options bag of a handler: its members are told apart by their names. */
  | { readonly k: "request"; readonly path: string; readonly authenticated: boolean }
  /** Who a verified credential belongs to. `sure`: seen to be verified; otherwise taken for it by its name. */
  | { readonly k: "principal"; readonly path: string; readonly sure: boolean; readonly origin: Place | null }
  | { readonly k: "rows"; readonly query: Query; readonly path: string }
  /** A variable of the environment; `declared` when a schema at the start demands it. */
  | { readonly k: "env"; readonly name: string; readonly declared?: boolean }
  | {
      readonly k: "struct";
      readonly props: ReadonlyMap<string, Value>;
      readonly spreads: readonly Value[];
      readonly node: Node | null;
    }
  /** `madeUnder`: what was known where it was written, of a list that may be added to. */
  | { readonly k: "list"; readonly items: readonly Value[]; readonly madeUnder?: Facts }
  | Closure
  | ClassValue
  | { readonly k: "instance"; readonly of: ClassValue; readonly fields: Map<string, Value> }
  /** Something of a package, of a file that is not there, or of the platform. */
  | {
      readonly k: "foreign";
      readonly from: string;
      readonly name: string;
      readonly origin: "package" | "missing" | "global";
      /** What the file calls the whole of a module: `User` of `require("../models/user")`. */
      readonly local?: string;
    }
  | Chain
  | Derived
  /** One of several, each with the facts that hold when it is that one. */
  | { readonly k: "choice"; readonly alternatives: readonly Alternative[] }
  /** A promise not yet awaited: the facts hold once it is. `dead` when it can only reject. */
  | { readonly k: "pending"; readonly value: Value; readonly facts: Facts; readonly dead: boolean }
  | { readonly k: "caught"; readonly path: string; readonly place: Place }
  | { readonly k: "namespace"; readonly file: string }
  /** An answer to the client. */
  | { readonly k: "response"; readonly body: Value | null; readonly status: Value | null; readonly redirect: boolean }
  | { readonly k: "response-writer"; readonly status: Value | null }
  /** Continues a chain of middleware. */
  | { readonly k: "continuation"; readonly run: (args: readonly Value[], place: Place) => Value }
  | { readonly k: "opaque"; readonly name: string; readonly id: number };

export type Verb = "read" | "list" | "count" | "create" | "update" | "delete" | "upsert" | "raw";

/** A condition on rows. `unknown` is one whose parts are not seen. */
export type Condition =
  | { readonly kind: "all"; readonly of: readonly Condition[] }
  | { readonly kind: "any"; readonly of: readonly Condition[] }
  | { readonly kind: "compare"; readonly field: string; readonly op: "equal" | "in" | "other"; readonly value: Value }
  | { readonly kind: "unknown"; readonly value: Value };

/** One statement sent to a database, whichever library builds it. */
export interface Query {
  readonly id: number;
  readonly library:
    | "prisma"
    | "drizzle"
    | "kysely"
    | "supabase"
    | "mongoose"
    | "sql"
    | "knex"
    | "typeorm"
    | "sequelize"
    /** Documents and items that are no table's: Firestore, ArangoDB, DynamoDB, a search index. */
    | "store"
    | "other";
  /** Table, collection or model, as the code names it. */
  readonly table: string;
  readonly verb: Verb;
  /** Null: every row of the table. */
  readonly where: Condition | null;
  /** What is written. */
  readonly data: Value | null;
  /** Throws when no row matches. */
  readonly throws: boolean;
  /** Where the client that runs it came from: `user` carries the caller's own rights under RLS, `service` passes it. */
  readonly rights: "user" | "service" | "unknown";
  /** Conditions on relations that come with the rows: what is found below them is confined by these. */
  readonly nested: ReadonlyMap<string, Condition>;
  /** Relations that come whole with the rows. */
  readonly included: readonly string[];
  /** The fields it returns when the code says so. */
  readonly selected: readonly string[] | null;
  /** Rows come whole and as they are stored: no columns are named, and no model stands between (`lean()`). */
  readonly plain?: boolean;
  /** Columns of relations that the code names to come with the rows: `dkimKey.privateKey`. */
  readonly related?: readonly string[];
  readonly place: Place;
}

export interface Alternative {
  readonly value: Value;
  /** Those that hold in addition to the facts at the point where the alternatives met. */
  readonly facts: Facts;
  /** It is there only because it is truthy (the left of `||`) or falsy (the left of `&&`). */
  readonly truth?: boolean;
}

export interface Closure {
  readonly k: "closure";
  readonly node: FunctionNode;
  readonly scope: ScopeRef;
  readonly file: string;
  readonly self: Value | null;
  readonly name: string;
}

export interface ClassValue {
  readonly k: "class";
  readonly node: Class;
  readonly scope: ScopeRef;
  readonly file: string;
}

export type FunctionNode = FunctionSyntax | ArrowFunctionExpression;

/** Members and calls on something whose code is not seen: `prisma.user.findMany({…})` is a root and three steps. */
export interface Chain {
  readonly k: "chain";
  readonly root: Value;
  readonly steps: readonly Step[];
  readonly place: Place;
}

export type Step =
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "call"; readonly args: readonly Value[]; readonly place: Place }
  | { readonly kind: "new"; readonly args: readonly Value[]; readonly place: Place };

/** Computed from others: `op` is the operator, or the name of a known pure function. */
export interface Derived {
  readonly k: "derived";
  readonly op: string;
  readonly args: readonly Value[];
  readonly place: Place;
}

/** What a closure needs of the scope it was made in; only the interpreter looks inside. */
export interface ScopeRef {
  readonly file: string;
}

export const UNDEFINED: Value = { k: "literal", value: undefined };
/** The field of an object that was not put there on this way: `...(wanted ? { a } : {})`. */
export const LEFT_OUT: Value = { k: "literal", value: undefined };
/** What stands where a schema refused the input; told apart from other undefined by being this very object. */
export const REFUSED: Value = { k: "literal", value: undefined };
/** What code that is not seen answers to say no: false, null or nothing; told apart by being this very object. */
export const DENIED: Value = { k: "literal", value: false };
/** A caller that nothing put on the request, told apart in the same way. */
export const ABSENT: Value = { k: "literal", value: undefined };
/** What well-known session look-ups answer to a stranger, told apart in the same way. */
export const NOBODY: Value = { k: "literal", value: null };
export const NULL: Value = { k: "literal", value: null };
export const TRUE: Value = { k: "literal", value: true };
export const FALSE: Value = { k: "literal", value: false };

export function literal(value: string | number | boolean | bigint | null | undefined): Value {
  return { k: "literal", value };
}

let opaques = 0;
export function opaque(name: string): Value {
  opaques += 1;
  return { k: "opaque", name, id: opaques };
}

export function struct(entries: Readonly<Record<string, Value>>): Value {
  return { k: "struct", props: new Map(Object.entries(entries)), spreads: [], node: null };
}

export function client(part: ClientPart, path: string, checked = false): Extract<Value, { k: "client" }> {
  return { k: "client", part, path, checked };
}

/** An error that is there: what holds one is truthy. */
export const THROWN: Value = { k: "struct", props: new Map(), spreads: [opaque("error")], node: null };
