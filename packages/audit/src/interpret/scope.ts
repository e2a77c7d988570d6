import type { Node } from "oxc-parser";
import type { Traced } from "./reads.ts";
import type { ScopeRef, Value } from "../values/value.ts";

/** A name in a scope. What is assigned after the declaration is held by the path's state, not here. */
export interface Slot extends Traced {
  value: Value;
  /** The condition a constant stands for: `const isInside = target.startsWith(root)`. */
  asks?: Asked;
}

export interface Asked {
  readonly node: Node;
  readonly scope: Scope;
  /** The names in it, with what they held then. */
  readonly of: readonly { readonly slot: Slot; readonly value: Value }[];
}

/** A lexical scope at one evaluation of it: closures keep theirs. */
export class Scope implements ScopeRef {
  readonly file: string;
  readonly parent: Scope | null;
  readonly self: Value | null;
  #slots: Map<string, Slot> | null = null; // most declare nothing

  constructor(file: string, parent: Scope | null, self: Value | null = parent?.self ?? null) {
    this.file = file;
    this.parent = parent;
    this.self = self;
  }

  /** The same names, seen from inside an object. */
  within(self: Value): Scope {
    return new Scope(this.file, this, self);
  }

  declare(name: string, value: Value): Slot {
    const slot: Slot = { value };
    (this.#slots ??= new Map<string, Slot>()).set(name, slot);
    return slot;
  }

  find(name: string): Slot | undefined {
    return this.#slots?.get(name) ?? this.parent?.find(name);
  }

  own(name: string): Slot | undefined {
    return this.#slots?.get(name);
  }
}
