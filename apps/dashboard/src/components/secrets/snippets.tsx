"use client";

import { useId, useState, type KeyboardEvent } from "react";
import type { Provider } from "@/api/answers.ts";
import { CopyButton } from "./copy-button.tsx";
import { SNIPPETS } from "./snippet-texts.ts";

interface SnippetsProps {
  readonly gatewayUrl: string;
  readonly virtualKey: string;
  /** Those the key can call; the others' snippets are left out. */
  readonly providers: readonly Provider[];
}

/** Tabs by the ARIA pattern: arrow keys move, one tab stop for all. */
export function Snippets({ gatewayUrl, virtualKey, providers }: SnippetsProps) {
  const offered = SNIPPETS.filter(({ provider }) => providers.includes(provider));
  const [chosen, setChosen] = useState(offered[0]?.id ?? "");
  const id = useId();
  const snippet = offered.find((each) => each.id === chosen) ?? offered[0];
  if (snippet === undefined) return null;
  const text = snippet.text(gatewayUrl, virtualKey);

  const move = (event: KeyboardEvent<HTMLButtonElement>): void => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const at = offered.findIndex((each) => each.id === snippet.id);
    const next = offered[(at + step + offered.length) % offered.length];
    if (next === undefined) return;
    setChosen(next.id);
    document.getElementById(`${id}-${next.id}`)?.focus();
  };
  return (
    <div className="grid min-w-0 gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <div className="segments flex-wrap" role="tablist" aria-label="Snippets">
          {offered.map((each) => (
            <button
              key={each.id}
              id={`${id}-${each.id}`}
              type="button"
              role="tab"
              className="segment"
              aria-selected={each.id === snippet.id}
              aria-controls={`${id}-panel`}
              tabIndex={each.id === snippet.id ? 0 : -1}
              onKeyDown={move}
              onClick={() => setChosen(each.id)}
            >
              {each.label}
            </button>
          ))}
        </div>
        <CopyButton text={text} label={`Copy the ${snippet.label} snippet`} />
      </div>
      {/* Focusable, since it scrolls. */}
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${snippet.id}`}
        tabIndex={0}
        className="max-h-72 min-w-0 overflow-auto rounded-md border border-line bg-sunken p-3"
      >
        <pre className="font-mono text-xs">
          <code>{text}</code>
        </pre>
      </div>
    </div>
  );
}
