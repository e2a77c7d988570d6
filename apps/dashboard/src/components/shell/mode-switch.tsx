"use client";

import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import type { Mode } from "@/api/answers.ts";
import { MODE_COOKIE } from "@/api/cookies.ts";
import { Icon } from "@/components/icons/icon.tsx";
import { remember } from "./remember.ts";

/** Live and test never stand in one figure: the page shows the one or the other. */
export function ModeSwitch({ mode }: { readonly mode: Mode }) {
  const path = usePathname();
  const params = useSearchParams();
  const hrefOf = (target: Mode): string => {
    const next = new URLSearchParams(params);
    next.set("mode", target);
    next.delete("request");
    return `${path}?${next}`;
  };
  return (
    <nav className="segments" aria-label="Mode">
      {(["live", "test"] as const).map((target) => (
        <Link
          key={target}
          href={hrefOf(target)}
          prefetch={false}
          className="segment"
          aria-current={mode === target}
          onClick={() => remember(MODE_COOKIE, target)}
        >
          <Icon name={target === "live" ? "bolt" : "flask"} />
          {target === "live" ? "Live" : "Test"}
        </Link>
      ))}
    </nav>
  );
}

export function TestBanner({ mode }: { readonly mode: Mode }) {
  if (mode === "live") return null;
  return (
    <p className="mb-4 flex items-center gap-2 rounded-md border border-warning bg-warning-wash px-3 py-2 text-warning">
      <Icon name="flask" />
      <span>
        <strong>Test mode.</strong> These calls went to the sandbox: answers are simulated and nothing is charged.
      </span>
    </p>
  );
}
