"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { Icon } from "@/components/icons/icon.tsx";
import { useFindings } from "./use-findings.ts";

/** A search over a list of links: arrow keys move between them, Enter in the input takes the first. */
export function PaletteDialog({ onClose }: { readonly onClose: () => void }) {
  const router = useRouter();
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const findings = useFindings(text);
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);

  const step = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const stops = [...(dialog.current?.querySelectorAll<HTMLElement>("input, a") ?? [])];
    const at = stops.findIndex((stop) => stop === document.activeElement);
    stops[(at + (event.key === "ArrowDown" ? 1 : -1) + stops.length) % stops.length]?.focus();
  };
  const onInputKey = (event: KeyboardEvent<HTMLInputElement>): void => {
    step(event);
    const first = findings[0];
    if (event.key !== "Enter" || first === undefined) return;
    onClose();
    router.push(first.href);
  };
  return (
    <dialog ref={dialog} className="sheet mt-[12vh]!" aria-label="Find" onClose={onClose} {...{ closedby: "any" }}>
      <div className="flex items-center gap-2 border-b border-line px-4">
        <Icon name="search" className="text-muted" />
        <input
          type="search"
          aria-label="Find pages, virtual keys, people and requests"
          placeholder="Pages, virtual keys, people, requests"
          autoComplete="off"
          spellCheck={false}
          className="min-w-0 flex-1 bg-transparent py-3 outline-none placeholder:text-muted"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onInputKey}
        />
        <kbd className="key-cap">Esc</kbd>
      </div>
      <ul className="max-h-[50vh] overflow-auto p-2">
        {findings.map((finding, index) => (
          <li key={finding.href}>
            <Link
              href={finding.href}
              prefetch={false}
              className={`flex items-center gap-2.5 rounded-md px-2 py-1.5 outline-none hover:bg-sunken focus:bg-accent-wash focus:text-accent ${index === 0 ? "bg-sunken" : ""}`}
              onClick={onClose}
              onKeyDown={step}
            >
              <Icon name={finding.icon} />
              <span className="min-w-0 truncate">{finding.label}</span>
              <span className="ml-auto truncate pl-3 text-xs text-muted">{finding.note}</span>
            </Link>
          </li>
        ))}
      </ul>
      <output className="block px-4 pb-3 text-xs text-muted">
        {findings.length === 0
          ? "Nothing found. Names, e-mail addresses, models and request ids are searched."
          : `${findings.length} found; Enter takes the first`}
      </output>
    </dialog>
  );
}
