"use client";

import { Entrance } from "@/components/shell/entrance.tsx";
import "./globals.css";

export default function GlobalError({ error }: { readonly error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <body>
        <title>Meterr</title>
        <Entrance title="This page failed" lead="What you changed before is kept.">
          <div className="grid gap-3">
            <p>
              Reload it. If it fails again, the dashboard’s log knows more
              {error.digest ? `; look for ${error.digest}` : ""}.
            </p>
            <button type="button" className="button" onClick={() => window.location.reload()}>
              Reload
            </button>
          </div>
        </Entrance>
      </body>
    </html>
  );
}
