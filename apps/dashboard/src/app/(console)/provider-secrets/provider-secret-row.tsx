"use client";

import type { ProviderSecret } from "@/api/answers.ts";
import { Badge, ModeBadge, type Tone } from "@/components/feedback/badge.tsx";
import { ProviderName } from "@/components/figures/provider-name.tsx";
import { When } from "@/components/figures/when.tsx";
import type { IconName } from "@/components/icons/icon.tsx";
import { useMay } from "@/components/shell/session-context.tsx";

const STATUS: Record<ProviderSecret["status"], { tone: Tone; icon: IconName; label: string }> = {
  unverified: { tone: "plain", icon: "clock", label: "Not tried yet" },
  working: { tone: "good", icon: "check", label: "Working" },
  rejected: { tone: "danger", icon: "warning", label: "Rejected" },
  revoked: { tone: "plain", icon: "cross", label: "Revoked" },
};

interface RowProps {
  readonly secret: ProviderSecret;
  readonly onAct: (act: "rotate" | "revoke") => void;
}

export function ProviderSecretRow({ secret, onAct }: RowProps) {
  const mayRotate = useMay("provider_secrets.update");
  const mayRevoke = useMay("provider_secrets.revoke");
  const { tone, icon, label } = STATUS[secret.status];
  const inForce = secret.status !== "revoked";
  return (
    <tr>
      <th scope="row">{secret.name}</th>
      <td data-label="Provider">
        <span className="inline-flex flex-wrap items-center justify-end gap-2">
          <ProviderName provider={secret.provider} />
          {secret.simulated ? <ModeBadge test /> : null}
        </span>
      </td>
      <td data-label="Secret">
        <code className="font-mono">{secret.hint}</code>
      </td>
      <td data-label="Status">
        <span className="inline-flex flex-wrap items-center gap-x-2">
          <Badge tone={tone} icon={icon} {...(secret.status_detail === null ? {} : { title: secret.status_detail })}>
            {label}
          </Badge>
          {secret.status_detail !== null && secret.status === "rejected" ? (
            <span className="text-muted">{secret.status_detail}</span>
          ) : null}
        </span>
      </td>
      <td data-label="Sent to" className="text-muted">
        <span>{secret.simulated ? "the sandbox" : secret.destination.replace(/^https:\/\//, "")}</span>
      </td>
      <td data-label="Sealed" className="text-muted">
        <span>
          <When instant={secret.created_at} />
          {secret.version > 1 ? ` · version ${secret.version}` : ""}
        </span>
      </td>
      <td className="act">
        {inForce && (mayRotate || mayRevoke) ? (
          <span className="inline-flex gap-2">
            {mayRotate ? (
              <button
                type="button"
                className="button"
                aria-label={`Rotate ${secret.name}`}
                onClick={() => onAct("rotate")}
              >
                Rotate
              </button>
            ) : null}
            {mayRevoke ? (
              <button
                type="button"
                className="button button-danger"
                aria-label={`Revoke ${secret.name}`}
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
