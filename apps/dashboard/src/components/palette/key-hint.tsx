"use client";

import { useSyncExternalStore } from "react";

const never = (): (() => void) => () => undefined;
const isApple = (): boolean => /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The keys that open the palette, as this keyboard names them. */
export function KeyHint() {
  const apple = useSyncExternalStore(never, isApple, () => true);
  return <kbd className="key-cap">{apple ? "⌘K" : "Ctrl K"}</kbd>;
}
