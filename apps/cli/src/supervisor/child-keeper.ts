import { setTimeout as delay } from "node:timers/promises";
import { asCliError, CliError } from "../errors.ts";
import { awaitHealthy } from "./await-healthy.ts";
import { configurationRefused, type ChildPlan } from "./child-plan.ts";
import { launch, type ChildExit, type Launched } from "./launch.ts";
import { lastLogLine } from "./log-file.ts";
import type { RestartRules } from "./restart-rules.ts";

/** What the keeper tells its supervisor. */
export type ChildEvent =
  | { type: "launched"; name: string; pid: number }
  | { type: "restarting"; name: string; why: string; delay: number }
  | { type: "recovered"; name: string };

export interface KeeperOptions {
  restart: RestartRules;
  report: (event: ChildEvent) => void;
  /** Called at most once: the child cannot be kept alive. */
  giveUp: (error: CliError) => void;
  now: () => number;
}

/**
 * Keeps one child alive.
 *
 * starting → healthy → (dies) waiting → starting → …; any state → stopping → stopped.
 * The first start fails loudly; later ones are tried again as RestartRules say, then given up.
 */
export class ChildKeeper {
  readonly plan: ChildPlan;
  readonly #options: KeeperOptions;
  readonly #stopping = new AbortController();
  #current: Launched | undefined;
  #life: Promise<void> = Promise.resolve();

  constructor(plan: ChildPlan, options: KeeperOptions) {
    this.plan = plan;
    this.#options = options;
  }

  /**
   * Starts the child and waits until it is healthy.
   * @throws CliError `configuration_refused` or `child_failed`, with the last log line and where the log is.
   */
  async start(): Promise<void> {
    const began = this.#options.now();
    const starting = this.#startOnce();
    this.#life = starting.then(
      () => undefined,
      () => undefined,
    );
    const current = await starting;
    if (!this.#stopping.signal.aborted) this.#life = this.#keep(current, began);
  }

  /** Drains and ends the child; resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#current?.stop(this.plan.drainWithin);
    await this.#life;
  }

  /** Ends the child at once. */
  kill(): void {
    this.#stopping.abort();
    this.#current?.kill();
  }

  async #keep(first: Launched, firstBegan: number): Promise<void> {
    const { restart, report, giveUp, now } = this.#options;
    let current: Launched | undefined = first;
    let began = firstBegan;
    let failures = 0;
    let why = "";
    while (!this.#stopping.signal.aborted) {
      if (current !== undefined) {
        const exit = await current.exited;
        if (this.#stopping.signal.aborted) return;
        why = ending(exit);
        if (exit.code === configurationRefused) return giveUp(await this.#failure(current, "refused its settings"));
        if (now() - began >= restart.stableAfter) failures = 0;
      }
      const wait = restart.delays[failures];
      if (wait === undefined) {
        const line = await lastLogLine(this.plan.logFile);
        return giveUp(
          new CliError(
            "child_failed",
            `${this.plan.name} died ${failures + 1} times in a row (${why})${why.includes(line ?? "") ? "" : quoted(line)}.`,
            { next: `Read ${this.plan.logFile}` },
          ),
        );
      }
      failures += 1;
      report({ type: "restarting", name: this.plan.name, why, delay: wait });
      await delay(wait, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#stopping.signal.aborted) return;
      began = now();
      try {
        current = await this.#startOnce();
      } catch (error) {
        const failure = asCliError(error);
        if (failure.code === "configuration_refused") return giveUp(failure);
        current = undefined;
        why = failure.message.replace(/\.$/, "");
      }
      if (current !== undefined && !this.#stopping.signal.aborted) report({ type: "recovered", name: this.plan.name });
    }
  }

  async #startOnce(): Promise<Launched> {
    const current = await launch(this.plan).catch((error: NodeJS.ErrnoException) => {
      throw new CliError(
        "child_failed",
        `${this.plan.name} could not be started (${error.code ?? "unknown reason"}).`,
        { cause: error },
      );
    });
    this.#current = current;
    this.#options.report({ type: "launched", name: this.plan.name, pid: current.pid });
    if (this.#stopping.signal.aborted) {
      current.kill();
      await current.exited;
      return current;
    }
    const ended = new AbortController();
    void current.exited.then(() => ended.abort());
    const late = AbortSignal.timeout(this.plan.startWithin);
    const healthy = await awaitHealthy(this.plan.health, AbortSignal.any([ended.signal, late, this.#stopping.signal]));
    if (healthy || this.#stopping.signal.aborted) return current;
    if (!ended.signal.aborted) {
      current.kill();
      await current.exited;
      throw await this.#failure(current, `was not ready within ${this.plan.startWithin / 1_000} s`);
    }
    const exit = await current.exited;
    throw await this.#failure(
      current,
      exit.code === configurationRefused ? "refused its settings" : `${ending(exit)} while starting`,
      exit,
    );
  }

  async #failure(current: Launched, what: string, exit?: ChildExit): Promise<CliError> {
    const line = await lastLogLine(this.plan.logFile, current.logFrom);
    const code =
      exit?.code === configurationRefused || what === "refused its settings" ? "configuration_refused" : "child_failed";
    return new CliError(code, `${this.plan.name} ${what}${quoted(line)}.`, { next: `Its log: ${this.plan.logFile}` });
  }
}

function ending({ code, signal }: ChildExit): string {
  return signal === null ? `ended with exit code ${code ?? "unknown"}` : `was ended by ${signal}`;
}

function quoted(line: string | undefined): string {
  return line === undefined ? "" : `: ${line.replace(/[.\s]+$/, "")}`;
}
