"use client";

import { createContext, useContext, type ReactNode } from "react";

/** Who visits, as pages may know it. It offers and hides; what is allowed the API alone decides. */
export interface Session {
  readonly organisationId: string;
  readonly organisationName: string;
  readonly memberId: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly permissions: readonly string[];
  readonly gatewayUrl: string;
  readonly sandboxAvailable: boolean;
}

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ session, children }: { readonly session: Session; readonly children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** Null on pages before there is a session. */
export function useSession(): Session | null {
  return useContext(SessionContext);
}

/** Whether to offer something at all. */
export function useMay(permission: string): boolean {
  return useSession()?.permissions.includes(permission) ?? false;
}
