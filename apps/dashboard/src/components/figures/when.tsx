"use client";

import { useEffect, useState } from "react";
import { relativeTime, utcTime } from "@/format/instants.ts";

/** How often relative times are told anew. Milliseconds. */
const REFRESH = 30_000;

/** A time relative to now; the exact instant, in the reader's own zone, on hover. */
export function When({ instant }: { readonly instant: string }) {
  // The server's words stand until the browser knows its clock and its zone: the same text on both sides.
  const [told, setTold] = useState<{ words: string; exact: string } | null>(null);
  useEffect(() => {
    const tell = (): void => setTold({ words: relativeTime(instant, Date.now()), exact: exactTime(instant) });
    tell();
    const timer = setInterval(tell, REFRESH);
    return () => clearInterval(timer);
  }, [instant]);
  return (
    <time dateTime={instant} title={told?.exact ?? utcTime(instant)} className="whitespace-nowrap tabular-nums">
      {told?.words ?? utcTime(instant).slice(0, 16)}
    </time>
  );
}

function exactTime(instant: string): string {
  return new Date(instant).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
}
