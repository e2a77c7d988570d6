"use client";

import { Field } from "./field.tsx";

/** The name of the one input that holds a secret. */
export const SECRET_INPUT = "secret";

/** Never echoed, never kept by the browser, never bound to state; `takeSecret` empties it. */
export function SecretField({ label }: { readonly label: string }) {
  return (
    <Field
      label={label}
      name={SECRET_INPUT}
      type="password"
      className="font-mono"
      hint="Not shown while you paste, and gone from this page once sent."
      autoComplete="off"
      autoCorrect="off"
      spellCheck={false}
      data-1p-ignore=""
      data-lpignore="true"
      minLength={8}
      maxLength={512}
      required
    />
  );
}
