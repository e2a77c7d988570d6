"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { Icon } from "@/components/icons/icon.tsx";
import { KeyHint } from "@/components/palette/key-hint.tsx";
import { openPalette } from "@/components/palette/open-palette.ts";
import { DESTINATIONS } from "./navigation.ts";
import { OrganisationSwitch } from "./organisation-switch.tsx";
import { useSession } from "./session-context.tsx";
import { SignOutButton } from "./sign-out-button.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";
import { Wordmark } from "./wordmark.tsx";

interface SidebarProps {
  readonly organisations: readonly { readonly id: string; readonly name: string }[];
  /** Told when a page was chosen, for the drawer to close. */
  readonly onLeave?: () => void;
}

const stay = (): void => undefined;

export function Sidebar({ organisations, onLeave = stay }: SidebarProps) {
  const session = useSession();
  const path = usePathname();
  const may = (permission: string | null): boolean =>
    permission === null || (session?.permissions.includes(permission) ?? false);
  return (
    <div className="flex h-full flex-col gap-4 p-3">
      <div className="space-y-3 px-2 pt-2">
        <Link href="/" className="rounded" aria-label="Meterr, overview" onClick={onLeave}>
          <Wordmark />
        </Link>
        <OrganisationSwitch organisations={organisations} />
      </div>
      <button
        type="button"
        className="button justify-between text-muted"
        onClick={() => {
          onLeave();
          openPalette();
        }}
      >
        <span className="inline-flex items-center gap-2">
          <Icon name="search" /> Find
        </span>
        <KeyHint />
      </button>
      <nav aria-label="Pages" className="flex-1">
        <ul className="grid gap-0.5">
          {DESTINATIONS.filter(({ permission }) => may(permission)).map(({ href, label, icon }) => {
            const here = href === "/" ? path === "/" : path.startsWith(href);
            return (
              <li key={href}>
                <Link
                  href={href}
                  prefetch={false}
                  aria-current={here ? "page" : undefined}
                  onClick={onLeave}
                  className={`flex items-center gap-2.5 rounded-md px-2 py-1.5 ${here ? "bg-accent-wash font-medium text-accent" : "text-muted hover:bg-sunken hover:text-ink"}`}
                >
                  <Icon name={icon} />
                  {label}
                </Link>
              </li>
            );
          })}
        </ul>
      </nav>
      <div className="space-y-3 border-t border-line px-2 pt-3">
        <ThemeSwitch />
        <p className="truncate text-xs text-muted" title={session?.email}>
          {session?.name} · {session?.role}
        </p>
        <SignOutButton />
      </div>
    </div>
  );
}
