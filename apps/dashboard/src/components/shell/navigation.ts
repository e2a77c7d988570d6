import type { IconName } from "@/components/icons/icon.tsx";

export interface Destination {
  readonly href: string;
  readonly label: string;
  readonly icon: IconName;
  /** Offered only to who may. */
  readonly permission: string | null;
}

/** Every page of the console, in the order of a working day. */
export const DESTINATIONS: readonly Destination[] = [
  { href: "/", label: "Overview", icon: "overview", permission: "usage.read" },
  { href: "/requests", label: "Requests", icon: "requests", permission: "usage.read" },
  {
    href: "/provider-secrets",
    label: "Provider secrets",
    icon: "provider-secrets",
    permission: "provider_secrets.read",
  },
  { href: "/virtual-keys", label: "Virtual keys", icon: "virtual-keys", permission: "virtual_keys.read" },
  { href: "/members", label: "Members", icon: "members", permission: "members.read" },
  { href: "/audit-log", label: "Audit log", icon: "audit-log", permission: "audit_log.read" },
  { href: "/settings", label: "Settings", icon: "settings", permission: null },
];
