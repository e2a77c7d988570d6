import type { ReactNode } from "react";
import { Icon, type IconName } from "@/components/icons/icon.tsx";

export type Tone = "good" | "warning" | "danger" | "plain" | "accent";

const TONES: Record<Tone, string> = {
  good: "bg-good-wash text-good",
  warning: "bg-warning-wash text-warning",
  danger: "bg-danger-wash text-danger",
  plain: "bg-sunken text-muted",
  accent: "bg-accent-wash text-accent",
};

/** A state as a word, with an icon; the colour only agrees with it. */
export function Badge({
  tone,
  icon,
  children,
  title,
}: {
  readonly tone: Tone;
  readonly icon?: IconName;
  readonly children: ReactNode;
  readonly title?: string;
}) {
  return (
    <span
      title={title}
      className={`inline-flex items-center gap-1 rounded px-1.5 text-xs font-medium whitespace-nowrap ${TONES[tone]}`}
    >
      {icon ? <Icon name={icon} className="size-3.5" /> : null}
      {children}
    </span>
  );
}

export function ModeBadge({ test }: { readonly test: boolean }) {
  return test ? (
    <Badge tone="warning" icon="flask">
      Test
    </Badge>
  ) : (
    <Badge tone="accent" icon="bolt">
      Live
    </Badge>
  );
}
