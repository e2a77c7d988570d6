import type { Node } from "oxc-parser";
import type { Facts } from "../values/facts.ts";
import type { Query } from "../values/query.ts";
import type { Place, Value } from "../values/value.ts";

interface At {
  readonly place: Place;
  /** What was known on the way there. */
  readonly facts: Facts;
  /** The calls it stands in, outermost first. */
  readonly calls: readonly Place[];
  /** The functions it stands in, outermost first. */
  readonly within: readonly Place[];
}

/** Something a handler does that a rule may ask about, with what was known at that moment. */
export type Operation = At &
  /** `sent`: where that is not where it is said what is wrong with it, as of a row that is saved. */
  (
    | { readonly kind: "query"; readonly query: Query; readonly sent?: Place }
    /** A call of code that is not seen: a function of the application, or a package. */
    | {
        readonly kind: "call";
        readonly name: string;
        readonly path: string;
        readonly origin: "package" | "missing" | "global" | "opaque";
        readonly args: readonly Value[];
        readonly awaited: boolean;
        readonly result: Value;
      }
    | { readonly kind: "respond"; readonly body: Value | null; readonly status: Value | null }
    | { readonly kind: "log"; readonly args: readonly Value[]; readonly name: string }
    | { readonly kind: "command"; readonly name: string; readonly args: readonly Value[]; readonly shell: boolean }
    | { readonly kind: "html"; readonly value: Value }
    /** A file of the server is read, written or sent. */
    | { readonly kind: "file"; readonly name: string; readonly path: Value }
    /** A property of a component; `client` when its file says that it runs in the browser. */
    | {
        readonly kind: "prop";
        readonly name: string;
        readonly component: string;
        readonly value: Value;
        readonly client: boolean;
      }
    /** A text that is a statement; `sent` when a database was given it. */
    | { readonly kind: "sql"; readonly text: Value; readonly sent: boolean }
    | { readonly kind: "fetch"; readonly url: Value; readonly options: Value | null }
    | { readonly kind: "compare"; readonly left: Value; readonly right: Value; readonly op: string }
    /** A condition decided what happens next. `denied` when the other path ends here. */
    | {
        readonly kind: "test";
        readonly value: Value;
        /** All that was asked, where `value` is the last of several joined by `&&` and `||`. */
        readonly asked?: readonly Value[];
        readonly denies: "yes" | "no" | "neither";
        readonly consequent: Node | null;
        /** The statement that has another branch beside that one. */
        readonly whole?: Node | null;
      }
    /** One of what a table holds is taken by a name the client gave: `LIMITS[plan]`. */
    | { readonly kind: "pick"; readonly table: string; readonly by: Value }
    /** A condition decides which of two values it is. */
    | { readonly kind: "choose"; readonly value: Value; readonly consequent: Node }
    /** A field is read of what may be nothing, and nobody looked: who is calling, what they may, refused input. */
    | { readonly kind: "untested"; readonly what: "caller" | "absent" | "grant" | "input" }
    | { readonly kind: "catch"; readonly rethrows: boolean; readonly lost: Facts; readonly falls: boolean }
    /** Middleware lets the request go on; `despite` what should have stopped it. */
    | { readonly kind: "continue"; readonly despite: Despite | null }
    | { readonly kind: "validate"; readonly subject: Value; readonly strict: boolean }
    | { readonly kind: "jwt-decode"; readonly value: Value }
    /** Something is put on the request as who is calling. */
    | { readonly kind: "identify"; readonly name: string; readonly value: Value }
    /** A digest under a secret. */
    | { readonly kind: "digest"; readonly secret: Value; readonly payload: Value }
    /** `Object.assign(row, value)`, `row.set(value)`. */
    | { readonly kind: "assign"; readonly value: Value }
    /** A column of a row that was found is given another value, to be saved later. */
    | { readonly kind: "change"; readonly row: Extract<Value, { k: "rows" }> }
    | { readonly kind: "return"; readonly value: Value }
    | { readonly kind: "fallback"; readonly left: Value; readonly right: Value; readonly op: string }
  );

/** A refusal that was sent and not left by; a check's failure that was caught; a token that nobody saw to be good. */
export interface Despite {
  readonly why: "refused" | "caught" | "unverified";
  readonly place: Place;
}

/** What was seen of one entry point. */
export interface Trace {
  readonly operations: readonly Operation[];
  /** Why the picture is not whole; empty when every path was followed. */
  readonly unknowns: readonly string[];
}
