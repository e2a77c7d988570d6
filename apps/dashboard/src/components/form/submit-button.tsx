"use client";

import type { ReactNode } from "react";

interface SubmitButtonProps {
  readonly pending: boolean;
  readonly children: ReactNode;
  readonly danger?: boolean;
  readonly disabled?: boolean;
}

/** Says that it works while it works, and keeps its width. */
export function SubmitButton({ pending, children, danger = false, disabled = false }: SubmitButtonProps) {
  return (
    <button
      type="submit"
      className={`button ${danger ? "button-danger" : "button-primary"}`}
      disabled={pending || disabled}
      aria-busy={pending}
    >
      {children}
      {pending ? <span aria-hidden="true">…</span> : null}
    </button>
  );
}
