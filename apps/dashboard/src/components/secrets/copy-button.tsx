"use client";

import { useEffect, useState } from "react";
import { Icon } from "@/components/icons/icon.tsx";

interface CopyButtonProps {
  readonly text: string;
  /** What is copied, for who cannot see beside what the button stands. */
  readonly label: string;
  /** The icon alone. */
  readonly quiet?: boolean;
}

/** How long it says that it was copied. Milliseconds. */
const SAY_FOR = 2_000;

export function CopyButton({ text, label, quiet = false }: CopyButtonProps) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), SAY_FOR);
    return () => clearTimeout(timer);
  }, [state]);

  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setState("copied"),
      () => setState("failed"),
    );
  };
  const said = state === "copied" ? "Copied" : state === "failed" ? "Select and copy by hand" : "";
  return (
    <button
      type="button"
      onClick={copy}
      aria-label={label}
      className={quiet ? "rounded p-1 text-muted hover:text-ink" : "button"}
    >
      <Icon name={state === "copied" ? "check" : "copy"} />
      {quiet ? null : <span>{said === "" ? "Copy" : said}</span>}
      <output className="sr-only">{said}</output>
    </button>
  );
}
