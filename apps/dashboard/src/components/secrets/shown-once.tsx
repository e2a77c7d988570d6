import { CopyButton } from "./copy-button.tsx";

/** A secret on its only day in the open: in mono, with a copy button and a plain sentence. */
export function ShownOnce({ secret, what }: { readonly secret: string; readonly what: string }) {
  return (
    <div className="grid gap-2">
      <p>
        <strong>Copy the {what} now.</strong> It will not be shown again.
      </p>
      <div className="flex flex-wrap items-center gap-2 rounded-md border border-line-strong bg-sunken p-2">
        <code className="min-w-0 flex-1 select-all break-all font-mono text-ink" data-shown-once>
          {secret}
        </code>
        <CopyButton text={secret} label={`Copy the ${what}`} />
      </div>
    </div>
  );
}
