import { copyMap } from "./copy-map.ts";
import type { Place } from "./place.ts";

/** Why a fact is believed. `sure` when the code that shows it was seen; otherwise it is taken from a name. */
export interface Evidence {
  readonly sure: boolean;
  readonly place: Place | null;
  readonly why: string;
  /** For `if:<value>`: what holds as well once that value is there. */
  readonly implies?: Facts;
}

const OK = 1;
const IF = 2;
const OPEN = 4;
const NONE = 8;

function kindOf(name: string): number {
  if (name.startsWith("ok:")) return OK;
  if (name.startsWith("if:")) return IF;
  if (name.startsWith("open:")) return OPEN;
  return name.startsWith("none:") ? NONE : 0;
}

/** Far more than a handler needs; past it nothing further is learnt, which leaves answers unknown and never proved. */
const MAX_FACTS = 150;

/**
 * What is known on one path through the code. Names of facts:
 * `auth` a credential was verified · `role` a role or permission was compared · `ok:<value>` the principal may use that
 * value · `row:<query>` the row found is the principal's · `valid:<value>` a schema or test looked at it ·
 * `set:<value>` it is neither null nor empty · `signature` a webhook's signature was verified · `shared-secret` a secret
 * known to both sides was compared · `open:row:7`, `open:ok:params.id` it may be read, being public or not there at all ·
 * `kept-secret` what was presented was compared with what is kept of it · `refused`, `doubt:<value>` somebody was turned
 * away for what is not understood · `none:<value>` there is none · `opaque:auth` code that is not seen may have verified
 * a credential.
 */
export class Facts {
  static readonly none = new Facts(new Map(), 0);
  readonly #known: ReadonlyMap<string, Evidence>;
  /** Which kinds of names may be among them; they are asked for far more often than they are there. */
  readonly #kinds: number;
  #moot: ReadonlySet<string> | null = null;

  private constructor(known: ReadonlyMap<string, Evidence>, kinds: number) {
    this.#known = known;
    this.#kinds = kinds;
  }

  get size(): number {
    return this.#known.size;
  }

  get(name: string): Evidence | undefined {
    return this.#known.get(name);
  }

  has(name: string): boolean {
    return this.#known.has(name);
  }

  /** May anything be known of single values? Without, their keys need not be made. */
  get mayAllow(): boolean {
    return (this.#kinds & (OK | IF)) !== 0;
  }

  /** May anything hold only where a value is there? */
  get mayImply(): boolean {
    return (this.#kinds & IF) !== 0;
  }

  *entries(): Generator<[string, Evidence]> {
    yield* this.#known;
  }

  with(name: string, evidence: Evidence): Facts {
    const before = this.#known.get(name);
    if (before !== undefined && (before.sure || !evidence.sure)) return this;
    if (this.#known.size >= MAX_FACTS && before === undefined) return this;
    const known = copyMap(this.#known);
    known.set(name, evidence);
    return new Facts(known, this.#kinds | kindOf(name));
  }

  /** One after the other, for the same reason. */
  withAll(names: readonly string[], evidence: Evidence): Facts {
    let known: Map<string, Evidence> | null = null;
    let kinds = this.#kinds;
    for (let at = 0; at < names.length; at += 1) {
      const name = names[at] as string;
      const before = (known ?? this.#known).get(name);
      if (before !== undefined && (before.sure || !evidence.sure)) continue;
      if ((known ?? this.#known).size >= MAX_FACTS && before === undefined) continue;
      known ??= copyMap(this.#known);
      known.set(name, evidence);
      kinds |= kindOf(name);
    }
    return known === null ? this : new Facts(known, kinds);
  }

  /** Both hold. */
  and(other: Facts): Facts {
    if (other === this || other.size === 0) return this;
    if (this.size === 0) return other;
    let known: Map<string, Evidence> | null = null;
    other.#known.forEach((evidence, name) => {
      const before = this.#known.get(name);
      if (before === undefined || (!before.sure && evidence.sure))
        known = (known ?? copyMap(this.#known)).set(name, evidence);
    });
    // Not `this`, though nothing is new: whoever asks by identity wants to know whether anything was shown.
    return new Facts(known ?? this.#known, this.#kinds | other.#kinds);
  }

  /** Both hold; `this` where nothing is new. */
  including(other: Facts): Facts {
    const both = this.and(other);
    return both.#known === this.#known && both.#kinds === this.#kinds ? this : both;
  }

  /** What holds whichever of the two it was: as sure as the less sure of them. */
  or(other: Facts): Facts {
    if (other === this) return this;
    if (this.size === 0 || other.size === 0) return Facts.none;
    // Whoever may see all of the server may see what the other path showed to be the caller's.
    if (this.has("global") !== other.has("global"))
      return this.has("global") ? other.#beside(this) : this.#beside(other);
    if (this.#known === other.#known) return new Facts(this.#known, this.#kinds | other.#kinds);
    const known = new Map<string, Evidence>();
    const [mayHold, mayHoldThere] = [
      this.#mayHoldEitherWay(other),
      other.#mayHoldEitherWay(this) && other.#holdsAny(this),
    ];
    // Not `for … of`, here and below: it makes an object for each entry, and paths meet everywhere.
    this.#known.forEach((evidence, name) => {
      const there = other.#known.get(name);
      if (there !== undefined) known.set(name, evidence.sure ? there : evidence);
      else if (mayHold && this.#holdsEitherWay(name, other)) known.set(name, evidence);
    });
    if (mayHoldThere)
      other.#known.forEach((evidence, name) => {
        if (other.#holdsEitherWay(name, this)) known.set(name, evidence);
      });
    // A caller who is known here, and there one who holds the thing's own secret.
    const [held, heldThere] = [this.#held(), other.#held()];
    // Or what was signed for this here, as a link is, and somebody who is known there.
    const mine = held ?? (heldThere === undefined ? undefined : this.#sender());
    const theirs = heldThere ?? (held === undefined ? undefined : other.#sender());
    if (mine !== undefined && theirs !== undefined && !known.has("auth") && !known.has("capability")) {
      // That somebody is known says nothing of what is theirs, and neither does the server's secret of the caller's.
      const isOnlyKnown = (held === undefined) !== (heldThere === undefined) && (this.has("auth") || other.has("auth"));
      known.set(isOnlyKnown ? "auth" : "capability", { ...mine, sure: false });
    }
    // By its signature here, by a secret of both sides there: either way it comes from whom it says.
    const [sent, sentThere] = [this.#sender(), other.#sender()];
    if (sent !== undefined && sentThere !== undefined && !known.has("signature") && !known.has("shared-secret"))
      known.set("shared-secret", sent.sure ? sentThere : sent);
    // A role of the caller's here, the server's own secret there: either way more was asked than who they are.
    const role = this.#known.get("role") ?? other.#known.get("role");
    if (role !== undefined && !known.has("role") && (this.has("role") ? other : this).has("shared-secret"))
      known.set("role", { ...role, sure: false });
    return known.size === 0 ? Facts.none : new Facts(known, this.#kinds | other.#kinds);
  }

  #sender(): Evidence | undefined {
    return this.#known.get("signature") ?? this.#known.get("shared-secret");
  }

  #held(): Evidence | undefined {
    return this.#known.get("auth") ?? this.#known.get("capability");
  }

  /**
   * `open:row:7`, where on the other path that row is the caller's: either way it may be read. `ok:body.id`, where on
   * the other path there is none: if there is one, it is the caller's.
   */
  #holdsEitherWay(name: string, other: Facts): boolean {
    if (name.startsWith("ok:")) return other.#mootNames().has(name);
    return name.startsWith("open:") && other.has(name.slice("open:".length));
  }

  /** Whether there is one here of which the other knows that there is none, or one that is open. */
  #holdsAny(other: Facts): boolean {
    if ((this.#kinds & OPEN) !== 0) return true;
    for (const name of other.#mootNames()) if (this.#known.has(name)) return true;
    return false;
  }

  /** `ok:body.id` for `none:body.id`: asked for by every name of another path, and few. */
  #mootNames(): ReadonlySet<string> {
    if (this.#moot === null) {
      const moot = new Set<string>();
      for (const name of this.#known.keys()) if (name.startsWith("none:")) moot.add(`ok:${name.slice("none:".length)}`);
      this.#moot = moot;
    }
    return this.#moot;
  }

  /** Most have no such names, and need not be asked one by one. */
  #mayHoldEitherWay(other: Facts): boolean {
    return (this.#kinds & OPEN) !== 0 || ((this.#kinds & OK) !== 0 && (other.#kinds & NONE) !== 0);
  }

  #beside(all: Facts): Facts {
    const known = new Map<string, Evidence>();
    for (const [name, evidence] of this.#known)
      if (all.has(name) || /^(?:ok:|row:|role$|auth$)/.test(name)) known.set(name, evidence);
    return known.size === 0 ? Facts.none : new Facts(known, this.#kinds);
  }

  /** Without what is believed for that reason alone. */
  without(why: string): Facts {
    const known = new Map<string, Evidence>();
    for (const [name, evidence] of this.#known) if (evidence.why !== why) known.set(name, evidence);
    return known.size === this.#known.size ? this : new Facts(known, this.#kinds);
  }

  /** What holds here and not in `base`. */
  beyond(base: Facts): Facts {
    if (base === this || this.size === 0 || base.#known === this.#known) return Facts.none;
    const known = new Map<string, Evidence>();
    this.#known.forEach((evidence, name) => {
      if (!base.has(name)) known.set(name, evidence);
    });
    return known.size === 0 ? Facts.none : new Facts(known, this.#kinds);
  }
}
