"use client";

import { useRouter } from "next/navigation";
import type { FormEvent } from "react";
import { PROVIDER_NAMES, PROVIDERS } from "@/format/providers.ts";
import { textOf } from "@/components/form/text-of.ts";
import type { RequestFilter } from "./request-filter.ts";
import type { Names } from "./names.ts";

/** A form of GET: what is chosen stands in the address, to be kept or shared. */
export function Filters({ filter, names }: { readonly filter: RequestFilter; readonly names: Names }) {
  const router = useRouter();
  const apply = (form: HTMLFormElement): void => {
    const data = new FormData(form);
    const query = new URLSearchParams({ mode: filter.mode });
    for (const name of ["key", "member", "provider", "model"]) {
      const value = textOf(data, name).trim();
      if (value !== "") query.set(name, value);
    }
    router.push(`/requests?${query}`);
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    apply(event.currentTarget);
  };
  const filtered = filter.key !== null || filter.member !== null || filter.provider !== null || filter.model !== null;
  return (
    <form
      key={JSON.stringify(filter)}
      className="mb-3 grid grid-cols-2 gap-2 sm:flex sm:flex-wrap sm:items-center"
      aria-label="Filter"
      onSubmit={submit}
      onChange={(event) => event.target instanceof HTMLSelectElement && apply(event.currentTarget)}
    >
      <Choice name="key" label="Virtual key" all="All keys" value={filter.key} options={Object.entries(names.keys)} />
      <Choice
        name="member"
        label="Member"
        all="All members"
        value={filter.member}
        options={Object.entries(names.members)}
      />
      <Choice
        name="provider"
        label="Provider"
        all="All providers"
        value={filter.provider}
        options={PROVIDERS.map((provider) => [provider, PROVIDER_NAMES[provider]])}
      />
      <input
        name="model"
        aria-label="Model"
        placeholder="Model, then Enter"
        defaultValue={filter.model ?? ""}
        className="input sm:w-44!"
        autoComplete="off"
      />
      {filtered ? (
        <button
          type="button"
          className="button button-quiet"
          onClick={() => router.push(`/requests?mode=${filter.mode}`)}
        >
          Clear
        </button>
      ) : null}
    </form>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly all: string;
  readonly value: string | null;
  readonly options: readonly (readonly [string, string])[];
}

function Choice({ name, label, all, value, options }: ChoiceProps) {
  return (
    <select name={name} aria-label={label} defaultValue={value ?? ""} className="input sm:w-44!">
      <option value="">{all}</option>
      {options.map(([id, text]) => (
        <option key={id} value={id}>
          {text}
        </option>
      ))}
    </select>
  );
}
