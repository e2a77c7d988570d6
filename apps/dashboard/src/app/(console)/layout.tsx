import type { ReactNode } from "react";
import { whoAmI } from "@/api/ask.ts";
import { findBridge } from "@/bridge/find-bridge.ts";
import { Palette } from "@/components/palette/palette.tsx";
import { ChooseOrganisation } from "@/components/shell/choose-organisation.tsx";
import { PhoneBar } from "@/components/shell/phone-bar.tsx";
import { SessionProvider } from "@/components/shell/session-context.tsx";
import { Sidebar } from "@/components/shell/sidebar.tsx";
import { Unavailable } from "@/components/feedback/unavailable.tsx";

export default async function ConsoleLayout({ children }: { readonly children: ReactNode }) {
  const me = await whoAmI();
  if (!me.ok) return <Unavailable problem={me.problem} />;
  const organisations = me.data.memberships.map(({ organisation }) => organisation);
  const current = me.data.memberships.find(({ organisation }) => organisation.id === me.data.organisation_id);
  if (current === undefined) return <ChooseOrganisation organisations={organisations} />;

  const { gatewayUrl, sandboxAvailable } = findBridge();
  const session = {
    organisationId: current.organisation.id,
    organisationName: current.organisation.name,
    memberId: current.member_id,
    name: current.name,
    email: current.email,
    role: current.role,
    permissions: me.data.permissions,
    gatewayUrl,
    sandboxAvailable,
  };
  return (
    <SessionProvider session={session}>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:left-3 focus:top-3 focus:z-20 focus:rounded-md focus:bg-surface focus:px-3 focus:py-2"
      >
        Skip to content
      </a>
      <PhoneBar organisations={organisations} />
      <div className="lg:grid lg:grid-cols-[232px_minmax(0,1fr)]">
        <header className="sticky top-0 hidden h-dvh border-r border-line bg-surface lg:block">
          <Sidebar organisations={organisations} />
        </header>
        <main
          id="content"
          tabIndex={-1}
          className="mx-auto w-full max-w-[1240px] px-4 py-6 outline-none lg:px-8 lg:py-8"
        >
          {children}
        </main>
      </div>
      <Palette />
    </SessionProvider>
  );
}
