import type { Evidence, Facts } from "./facts.ts";
import { keyOf } from "./key.ts";
import { comparisons } from "./query.ts";
import type { Query, Value } from "./value.ts";

const MAX_DEPTH = 12;

/** Records that the principal may use the value, and what it was found by. */
export function authorise(value: Value, facts: Facts, evidence: Evidence): Facts {
  return facts.withAll(new Authorised().value(value, 0).names, evidence);
}

/** The row is the principal's, and so are the values that alone chose it. */
export function authoriseRow(query: Query, facts: Facts, evidence: Evidence): Facts {
  return facts.withAll(new Authorised().row(query, 0).names, evidence);
}

/** Values share their parts: what was authorised once, no deeper than it is met again, adds nothing the second time. */
class Authorised {
  readonly names: string[] = [];
  readonly #depths = new Map<Value | Query, number>();

  value(value: Value, depth: number): this {
    if (depth > MAX_DEPTH || this.#isDone(value, depth)) return this;
    switch (value.k) {
      case "client":
      case "opaque":
        return this.#mayUse(value);
      case "rows":
        return this.row(value.query, depth);
      case "derived": {
        const [only] = value.args;
        if (value.args.length === 1 && only !== undefined) this.value(only, depth + 1);
        return this.#mayUse(value);
      }
      case "choice":
        for (const one of value.alternatives) this.value(one.value, depth + 1);
        return this;
      case "pending":
        return this.value(value.value, depth + 1);
      case "chain": {
        // An object fetched by code that is not seen: `(await getProject(id)).ownerId === user.id` authorises `id`.
        this.#mayUse(value);
        let { steps } = value;
        while (steps.at(-1)?.kind === "member") {
          steps = steps.slice(0, -1);
          if (steps.length > 0) this.#mayUse({ ...value, steps });
        }
        for (const step of steps) if (step.kind !== "member") for (const arg of step.args) this.value(arg, depth + 1);
        // `can("update", article.toObject())`
        if (value.root.k === "rows") this.value(value.root, depth + 1);
        return this;
      }
      case "struct":
        for (const one of value.props.values()) this.value(one, depth + 1);
        return this;
      case "list":
        for (const one of value.items) this.value(one, depth + 1);
        return this;
      default:
        return this;
    }
  }

  row(query: Query, depth: number): this {
    if (this.#isDone(query, depth)) return this;
    this.names.push(`row:${query.id}`);
    for (const { op, value } of comparisons(query.where)) {
      if (op === "equal") this.value(value, depth + 1);
      else if (op === "in") this.#oneOf(value, depth + 1);
    }
    // `companies/${params.companyId}/members/${me.id}`: both are in the way by which it was found.
    if (query.where?.kind === "unknown" && query.where.value.k === "derived" && query.where.value.op === "template")
      for (const part of query.where.value.args) if (part.k === "client") this.#mayUse(part);
    return this;
  }

  /** `inArray(spaceId, shared.map(…))`: one of those rows is the principal's, and so is what all of them were found by. */
  #oneOf(value: Value, depth: number): void {
    const [only] = value.k === "list" && value.items.length === 1 ? value.items : [value];
    if (only?.k !== "rows" || only.query.verb !== "list" || depth > MAX_DEPTH) return;
    for (const { op, value: by } of comparisons(only.query.where)) if (op === "equal") this.value(by, depth + 1);
  }

  #mayUse(value: Value): this {
    this.names.push(`ok:${keyOf(value)}`);
    return this;
  }

  #isDone(value: Value | Query, depth: number): boolean {
    const before = this.#depths.get(value);
    if (before !== undefined && before <= depth) return true;
    this.#depths.set(value, depth);
    return false;
  }
}
