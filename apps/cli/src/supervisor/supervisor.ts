import type { CliError } from "../errors.ts";
import { ChildKeeper, type ChildEvent } from "./child-keeper.ts";
import type { ChildPlan } from "./child-plan.ts";
import { restartRules, type RestartRules } from "./restart-rules.ts";

export interface SupervisorOptions {
  /** In the order in which they are drained. */
  plans: readonly ChildPlan[];
  report: (event: ChildEvent) => void;
  restart?: RestartRules;
  now?: () => number;
}

/** All children of one machine: started together, drained one after another. */
export class Supervisor {
  readonly #keepers: readonly ChildKeeper[];
  readonly #failure = Promise.withResolvers<CliError>();

  constructor({ plans, report, restart = restartRules, now = () => performance.now() }: SupervisorOptions) {
    this.#keepers = plans.map(
      (plan) => new ChildKeeper(plan, { restart, report, now, giveUp: (error) => this.#failure.resolve(error) }),
    );
  }

  /** Resolves with the reason when a child could not be kept alive; the rest still run. */
  get failed(): Promise<CliError> {
    return this.#failure.promise;
  }

  /**
   * Starts every child and waits until all are healthy. When one fails the others are stopped.
   * @throws the first CliError of a child.
   */
  async start(onHealthy: (name: string) => void = () => undefined): Promise<void> {
    try {
      await Promise.all(
        this.#keepers.map(async (keeper) => {
          await keeper.start();
          onHealthy(keeper.plan.name);
        }),
      );
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Drains every child in the order of the plans, each within its own deadline. */
  async stop(onStopping: (name: string) => void = () => undefined): Promise<void> {
    for (const keeper of this.#keepers) {
      onStopping(keeper.plan.name);
      await keeper.stop();
    }
  }

  /** Ends every child at once, without draining. */
  kill(): void {
    for (const keeper of this.#keepers) keeper.kill();
  }
}
