"use client";

import Link from "next/link";
import type { VirtualKey } from "@/api/answers.ts";
import { Badge, ModeBadge } from "@/components/feedback/badge.tsx";
import { LimitBar } from "@/components/figures/limit-bar.tsx";
import { When } from "@/components/figures/when.tsx";
import { useMay, useSession } from "@/components/shell/session-context.tsx";

interface RowProps {
  readonly virtualKey: VirtualKey;
  readonly memberName: string;
  readonly onAct: (act: "revoke" | "limit") => void;
}

export function VirtualKeyRow({ virtualKey, memberName, onAct }: RowProps) {
  const session = useSession();
  const mayLimit = useMay("virtual_keys.update");
  // A developer may revoke, and sees their own keys only.
  const mayRevoke = useMay("virtual_keys.revoke");
  const inForce = virtualKey.status === "active" || virtualKey.status === "suspended";
  return (
    <tr>
      <th scope="row">
        <Link href={`/requests?key=${virtualKey.id}&mode=${virtualKey.mode}`} prefetch={false} className="link">
          {virtualKey.name}
        </Link>
      </th>
      <td data-label="Key">
        <code className="font-mono">{virtualKey.display}…</code>
      </td>
      <td data-label="Mode">
        <span className="inline-flex flex-wrap justify-end gap-1">
          <ModeBadge test={virtualKey.mode === "test"} />
          <Status virtualKey={virtualKey} />
        </span>
      </td>
      <td data-label="Spent">
        <LimitBar of={virtualKey} />
      </td>
      <td data-label="For" className="text-muted">
        <span>{virtualKey.member_id === session?.memberId ? "you" : memberName}</span>
      </td>
      <td data-label="Minted" className="text-muted">
        <span>
          <When instant={virtualKey.created_at} />
          {virtualKey.expires_at !== null && inForce ? (
            <>
              {" · ends "}
              <When instant={virtualKey.expires_at} />
            </>
          ) : null}
        </span>
      </td>
      <td className="act">
        {inForce && (mayLimit || mayRevoke) ? (
          <span className="inline-flex gap-2">
            {mayLimit ? (
              <button
                type="button"
                className="button"
                aria-label={`Change the limit of ${virtualKey.name}`}
                onClick={() => onAct("limit")}
              >
                Limit
              </button>
            ) : null}
            {mayRevoke ? (
              <button
                type="button"
                className="button button-danger"
                aria-label={`Revoke ${virtualKey.name}`}
                onClick={() => onAct("revoke")}
              >
                Revoke
              </button>
            ) : null}
          </span>
        ) : null}
      </td>
    </tr>
  );
}

function Status({ virtualKey }: { readonly virtualKey: VirtualKey }) {
  switch (virtualKey.status) {
    case "active":
      return null;
    case "revoked":
      return (
        <Badge tone="plain" icon="cross">
          Revoked
        </Badge>
      );
    case "expired":
      return (
        <Badge tone="plain" icon="clock">
          Expired
        </Badge>
      );
    case "suspended":
      return (
        <Badge tone="danger" icon="warning" title={virtualKey.suspended_reason ?? ""}>
          Suspended
        </Badge>
      );
  }
}
