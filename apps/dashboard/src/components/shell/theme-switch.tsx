"use client";

import { useSyncExternalStore } from "react";
import { Icon, type IconName } from "@/components/icons/icon.tsx";
import { applyTheme, currentTheme, onThemeChange } from "./theme.ts";

const THEMES: readonly { readonly id: string; readonly label: string; readonly icon: IconName }[] = [
  { id: "system", label: "As the system", icon: "screen" },
  { id: "light", label: "Light", icon: "sun" },
  { id: "dark", label: "Dark", icon: "moon" },
];

/** Follows the system until somebody chooses. */
export function ThemeSwitch() {
  const theme = useSyncExternalStore(onThemeChange, currentTheme, () => null);
  return (
    <fieldset className="segments" aria-label="Appearance">
      {THEMES.map(({ id, label, icon }) => (
        <button
          key={id}
          type="button"
          className="segment"
          aria-pressed={theme === id}
          aria-label={label}
          title={label}
          onClick={() => applyTheme(id)}
        >
          <Icon name={icon} />
        </button>
      ))}
    </fieldset>
  );
}
