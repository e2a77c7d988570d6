const OPEN = "meterr:open-palette";

/** Opens the palette from anywhere on the page. */
export function openPalette(): void {
  window.dispatchEvent(new Event(OPEN));
}

/** Calls back when somebody opens it; returns the way to stop. */
export function onOpenPalette(open: () => void): () => void {
  window.addEventListener(OPEN, open);
  return () => window.removeEventListener(OPEN, open);
}
