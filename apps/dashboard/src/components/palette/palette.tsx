"use client";

import { useEffect, useState } from "react";
import { onOpenPalette } from "./open-palette.ts";
import { PaletteDialog } from "./palette-dialog.tsx";

/** ⌘K, or Ctrl-K, from anywhere. */
export function Palette() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey)
        return;
      event.preventDefault();
      setOpen((before) => !before);
    };
    window.addEventListener("keydown", onKey);
    const stop = onOpenPalette(() => setOpen(true));
    return () => {
      window.removeEventListener("keydown", onKey);
      stop();
    };
  }, []);
  return open ? <PaletteDialog onClose={() => setOpen(false)} /> : null;
}
