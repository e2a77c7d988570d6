import type { ReactNode } from "react";

export function Section({
  title,
  lead,
  act,
  children,
}: {
  readonly title: string;
  readonly lead: string;
  readonly act?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="panel overflow-x-auto" aria-label={title}>
      <div className="flex flex-wrap items-start justify-between gap-3 p-4 sm:flex-nowrap">
        <div className="min-w-0">
          <h2>{title}</h2>
          <p className="text-muted">{lead}</p>
        </div>
        <div className="flex-none">{act}</div>
      </div>
      {children}
    </section>
  );
}
