"use client";

import { Icon } from "@/components/icons/icon.tsx";

export default function ConsoleError({
  error,
  reset,
}: {
  readonly error: Error & { digest?: string };
  readonly reset: () => void;
}) {
  return (
    <div role="alert" className="panel grid max-w-xl gap-3 p-5">
      <h1 className="flex items-center gap-2">
        <Icon name="warning" className="text-danger" /> This page failed
      </h1>
      <p>What you changed before is kept; nothing was sent twice. Try again, or choose another page.</p>
      {error.digest ? (
        <p className="text-xs text-muted">
          Mark in the dashboard’s log: <code className="font-mono">{error.digest}</code>
        </p>
      ) : null}
      <button type="button" className="button justify-self-start" onClick={reset}>
        Try again
      </button>
    </div>
  );
}
