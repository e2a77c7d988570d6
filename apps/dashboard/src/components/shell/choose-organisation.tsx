"use client";

import { ORGANISATION_COOKIE } from "@/api/cookies.ts";
import { Entrance } from "./entrance.tsx";
import { remember } from "./remember.ts";
import { SignOutButton } from "./sign-out-button.tsx";

/** For a visitor of several organisations who has not chosen one, and for one of none. */
export function ChooseOrganisation({
  organisations,
}: {
  readonly organisations: readonly { readonly id: string; readonly name: string }[];
}) {
  const choose = (id: string): void => {
    remember(ORGANISATION_COOKIE, id);
    window.location.reload();
  };
  if (organisations.length === 0) {
    return (
      <Entrance
        title="You belong to no organisation"
        lead="Your account works, but no organisation has you as a member."
      >
        <div className="grid gap-4">
          <p>Ask an owner or an administrator for an invitation.</p>
          <SignOutButton />
        </div>
      </Entrance>
    );
  }
  return (
    <Entrance title="Choose an organisation" lead="You can change it later in the sidebar.">
      <ul className="grid gap-2">
        {organisations.map(({ id, name }) => (
          <li key={id}>
            <button type="button" className="button w-full" onClick={() => choose(id)}>
              {name}
            </button>
          </li>
        ))}
      </ul>
      <div className="mt-4 border-t border-line pt-4">
        <SignOutButton />
      </div>
    </Entrance>
  );
}
