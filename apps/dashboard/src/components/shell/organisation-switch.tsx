"use client";

import { ORGANISATION_COOKIE } from "@/api/cookies.ts";
import { remember } from "./remember.ts";
import { useSession } from "./session-context.tsx";

/** The organisation's name; where the visitor has several, a choice among them. */
export function OrganisationSwitch({
  organisations,
}: {
  readonly organisations: readonly { readonly id: string; readonly name: string }[];
}) {
  const session = useSession();
  if (organisations.length < 2) {
    return (
      <p className="truncate font-medium" title={session?.organisationName}>
        {session?.organisationName}
      </p>
    );
  }
  return (
    <select
      className="input"
      aria-label="Organisation"
      value={session?.organisationId}
      onChange={(event) => {
        remember(ORGANISATION_COOKIE, event.target.value);
        window.location.assign("/");
      }}
    >
      {organisations.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
