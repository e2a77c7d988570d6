"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Budget } from "@/api/answers.ts";
import { LimitBar } from "@/components/figures/limit-bar.tsx";
import { useMay, useSession } from "@/components/shell/session-context.tsx";
import { BudgetAct } from "./budget-act.tsx";

/** What everybody's live calls may cost together. */
export function OrganisationBudget({ budget }: { readonly budget: Budget | null }) {
  const router = useRouter();
  const may = useMay("budgets.update");
  const name = useSession()?.organisationName ?? "the organisation";
  const [open, setOpen] = useState(false);
  return (
    <section className="panel mb-4 flex flex-wrap items-center gap-x-8 gap-y-3 p-4" aria-label="Organisation budget">
      <div className="min-w-0 flex-1 basis-64">
        <h2>Organisation budget</h2>
        <p className="text-muted">
          {budget === null
            ? "None: live calls are bounded by the budgets of members and the limits of virtual keys alone."
            : "The most that live calls of everybody may cost together, counted since it was set."}
        </p>
      </div>
      {budget === null ? null : <LimitBar of={budget} />}
      {may ? (
        <button type="button" className="button" onClick={() => setOpen(true)}>
          {budget === null ? "Set a budget" : "Change"}
          <span className="sr-only"> for the organisation</span>
        </button>
      ) : null}
      {open ? (
        <BudgetAct
          member={null}
          name={name}
          budget={budget}
          onClose={() => setOpen(false)}
          onDone={() => {
            setOpen(false);
            router.refresh();
          }}
        />
      ) : null}
    </section>
  );
}
