import type { ReactNode } from "react";
import { Wordmark } from "./wordmark.tsx";

/** The frame of pages before there is a session. */
export function Entrance({
  title,
  lead,
  children,
}: {
  readonly title: string;
  readonly lead: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <main id="content" className="mx-auto flex min-h-dvh w-full max-w-[420px] flex-col justify-center gap-6 px-5 py-10">
      <Wordmark />
      <div className="space-y-1">
        <h1>{title}</h1>
        <div className="text-muted">{lead}</div>
      </div>
      <div className="panel p-5">{children}</div>
    </main>
  );
}
