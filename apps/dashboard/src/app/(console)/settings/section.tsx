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
    <section className="panel overflow-hidden" aria-label={title}>
      <div className="flex flex-wrap items-start justify-between gap-3 p-4">
        <div>
          <h2>{title}</h2>
          <p className="text-muted">{lead}</p>
        </div>
        {act}
      </div>
      {children}
    </section>
  );
}
