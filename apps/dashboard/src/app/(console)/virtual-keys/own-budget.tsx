import type { Budget } from "@/api/answers.ts";
import { LimitBar } from "@/components/figures/limit-bar.tsx";

/** For a developer: what their live keys may cost together, and what follows from having no budget. */
export function OwnBudget({ budget }: { readonly budget: Budget | null }) {
  return (
    <section className="panel mb-4 flex flex-wrap items-center gap-x-8 gap-y-3 p-4" aria-label="Your budget">
      <div className="min-w-0 flex-1 basis-64">
        <h2>Your budget</h2>
        <p className="text-muted">
          {budget === null
            ? "You have none, so you mint test keys only. An owner or admin can give you one under Members."
            : "All your live keys share it, however many you mint."}
        </p>
      </div>
      {budget === null ? null : <LimitBar of={budget} />}
    </section>
  );
}
