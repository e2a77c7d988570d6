"use client";

import { useEffect, useId, useRef, type ReactNode } from "react";
import { Icon } from "@/components/icons/icon.tsx";

interface SheetProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** A click beside it and Escape do not close it: what it shows is shown once. */
  readonly keepOpen?: boolean;
}

/** A modal dialog of the browser's own: focus stays inside, goes back where it was, Escape closes. */
export function Sheet({ title, onClose, children, keepOpen = false }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current;
    if (element === null || element.open) return;
    element.showModal();
    element.querySelector<HTMLElement>("input, select, textarea")?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="sheet"
      aria-labelledby={titleId}
      {...{ closedby: keepOpen ? "none" : "any" }}
      onClose={onClose}
    >
      <div className="grid gap-4 p-5">
        <div className="flex items-start justify-between gap-4">
          <h2 id={titleId} className="text-lg">
            {title}
          </h2>
          {keepOpen ? null : (
            <button
              type="button"
              className="rounded p-1 text-muted hover:text-ink"
              aria-label="Close"
              onClick={onClose}
            >
              <Icon name="cross" />
            </button>
          )}
        </div>
        {children}
      </div>
    </dialog>
  );
}
