import type { ReactNode } from "react";

/** The title of a page, what it is about in one sentence, and its acts. */
export function PageHead({
  title,
  lead,
  acts,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly acts?: ReactNode;
}) {
  return (
    <header className="mb-6 flex flex-wrap items-start justify-between gap-3">
      <div className="min-w-0 max-w-2xl">
        <h1>{title}</h1>
        {lead ? <p className="mt-1 text-muted">{lead}</p> : null}
      </div>
      {acts ? <div className="flex flex-wrap items-center gap-2">{acts}</div> : null}
    </header>
  );
}
