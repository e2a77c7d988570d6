"use client";

import { useRef } from "react";
import { Icon } from "@/components/icons/icon.tsx";
import { Sidebar } from "./sidebar.tsx";
import { Wordmark } from "./wordmark.tsx";

/** On a phone the sidebar is a drawer; the dialog element keeps focus inside and closes on Escape. */
export function PhoneBar({
  organisations,
}: {
  readonly organisations: readonly { readonly id: string; readonly name: string }[];
}) {
  const drawer = useRef<HTMLDialogElement>(null);
  const close = (): void => drawer.current?.close();
  return (
    <header className="sticky top-0 z-10 flex items-center justify-between border-b border-line bg-surface px-4 py-2 lg:hidden">
      <Wordmark />
      <button
        type="button"
        className="button button-quiet"
        aria-label="Menu"
        onClick={() => drawer.current?.showModal()}
      >
        <Icon name="menu" />
      </button>
      <dialog ref={drawer} className="drawer" aria-label="Menu" {...{ closedby: "any" }}>
        <div className="flex h-full flex-col">
          <button
            type="button"
            className="button button-quiet m-2 self-end"
            aria-label="Close the menu"
            onClick={close}
          >
            <Icon name="cross" />
          </button>
          <div className="min-h-0 flex-1">
            <Sidebar organisations={organisations} onLeave={close} />
          </div>
        </div>
      </dialog>
    </header>
  );
}
