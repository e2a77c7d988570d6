"use client";

import { useEffect, useState } from "react";

/**
 * A one-time token from the part of the address that browsers never send. Undefined until it was looked for; null when
 * there is none. It is taken out of the address at once, so that neither history nor a shared link keeps it.
 */
export function useHashToken(): string | null | undefined {
  const [token, setToken] = useState<string | null | undefined>(undefined);
  useEffect(() => {
    const found = new URLSearchParams(window.location.hash.slice(1)).get("token");
    if (found !== null) window.history.replaceState(null, "", window.location.pathname);
    queueMicrotask(() => setToken((before) => before ?? found));
  }, []);
  return token;
}
