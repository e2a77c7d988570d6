import type { ReactNode } from "react";

/** Why there is nothing, and what to do about it. */
export function Empty({
  title,
  children,
  act,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly act?: ReactNode;
}) {
  return (
    <div className="grid justify-items-center gap-2 px-6 py-12 text-center">
      <p className="font-medium">{title}</p>
      <div className="max-w-md text-muted">{children}</div>
      {act ? <div className="mt-2">{act}</div> : null}
    </div>
  );
}
