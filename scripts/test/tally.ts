import path from "node:path";

/** What node:test reports, as far as it is read here. */
export interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly name?: string;
    readonly file?: string;
    readonly nesting?: number;
    readonly message?: string;
    readonly skip?: string | boolean;
    readonly todo?: string | boolean;
    readonly details?: { readonly type?: string };
  };
}

/** Follows a run's events on their way to the reporter, and adds the list of what was skipped before the totals. */
export class Tally {
  #executed = 0;
  #failed = 0;
  readonly #skipped: string[] = [];
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async *count(events: AsyncIterable<TestEvent>): AsyncGenerator<TestEvent> {
    let closing = false;
    for await (const event of events) {
      this.#note(event);
      if (!closing && event.type === "test:diagnostic" && /^tests \d+$/.test(event.data.message ?? "")) {
        closing = true;
        yield* this.#skippedLines();
      }
      yield event;
    }
  }

  get failed(): number {
    return this.#failed;
  }

  get executed(): number {
    return this.#executed;
  }

  #note({ type, data }: TestEvent): void {
    if (type === "test:fail" && !isMarked(data.todo)) this.#failed += 1;
    if (type !== "test:pass" || data.details?.type === "suite") return;
    if (isMarked(data.skip)) this.#skipped.push(this.#describe(data));
    else if (!this.#isBareFile(data)) this.#executed += 1;
  }

  /** A file without a single test is reported as one passing test that bears the file's path. */
  #isBareFile({ name, file }: TestEvent["data"]): boolean {
    return name !== undefined && file !== undefined && path.resolve(this.#root, name) === file;
  }

  #describe({ file, name, skip }: TestEvent["data"]): string {
    const place = file === undefined ? "" : `${path.relative(this.#root, file)}: `;
    return `${place}${name ?? "?"}${typeof skip === "string" && skip !== "" ? ` (${skip})` : ""}`;
  }

  *#skippedLines(): Generator<TestEvent> {
    const lines = this.#skipped.length === 0 ? ["nothing was skipped"] : this.#skipped.map((line) => `SKIPPED ${line}`);
    for (const message of lines) yield { type: "test:diagnostic", data: { nesting: 0, message } };
  }
}

function isMarked(mark: string | boolean | undefined): boolean {
  return mark !== undefined && mark !== false;
}
