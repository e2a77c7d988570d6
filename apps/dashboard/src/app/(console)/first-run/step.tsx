import type { ReactNode } from "react";
import { Icon } from "@/components/icons/icon.tsx";

interface StepProps {
  readonly number: number;
  readonly title: string;
  readonly done: boolean;
  readonly current: boolean;
  readonly children: ReactNode;
}

export function Step({ number, title, done, current, children }: StepProps) {
  return (
    <li
      className={`panel grid grid-cols-[28px_minmax(0,1fr)] gap-3 p-4 ${current ? "border-accent" : ""}`}
      aria-current={current ? "step" : undefined}
    >
      <span
        className={`grid size-7 place-items-center rounded-full font-semibold ${done ? "bg-good-wash text-good" : current ? "bg-accent text-on-accent" : "bg-sunken text-muted"}`}
      >
        {done ? <Icon name="check" /> : number}
        {done ? <span className="sr-only">Done:</span> : null}
      </span>
      <div className="grid gap-3">
        <h2 className="pt-1">{title}</h2>
        <div className="grid gap-3 text-ink">{children}</div>
      </div>
    </li>
  );
}
