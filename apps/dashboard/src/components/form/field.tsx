"use client";

import { useId, type InputHTMLAttributes, type ReactNode } from "react";

type InputProps = Omit<InputHTMLAttributes<HTMLInputElement>, "id">;

interface FieldProps extends InputProps {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong with the value, when something is. */
  readonly error?: string | undefined;
}

/** One labelled input; hint and error are read with it. */
export function Field({ label, hint, error, className = "", ...input }: FieldProps) {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label className="label" htmlFor={id}>
        {label}
      </label>
      <input
        {...input}
        id={id}
        className={`input ${className}`}
        aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined}
      />
      {hint ? (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {error ? (
        <p role="alert" className="text-xs text-danger" id={`${id}-error`}>
          {error}
        </p>
      ) : null}
    </div>
  );
}
