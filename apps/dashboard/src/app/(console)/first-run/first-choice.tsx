"use client";

import type { Mode } from "@/api/answers.ts";
import { useMay } from "@/components/shell/session-context.tsx";

interface FirstChoiceProps {
  /** What the next key is minted for. */
  readonly mode: Mode;
  readonly chosen: boolean;
  /** Whether a secret that costs money is sealed. */
  readonly sealedLive: boolean;
  readonly sandboxAvailable: boolean;
  readonly onSeal: () => void;
  readonly onChoose: (mode: Mode) => void;
}

/** Live or test: said as it is, and changed here whatever is sealed. */
export function FirstChoice({ mode, chosen, sealedLive, sandboxAvailable, onSeal, onChoose }: FirstChoiceProps) {
  const maySeal = useMay("provider_secrets.create");
  return (
    <>
      <p>{told(mode, chosen, sealedLive)}</p>
      <div className="flex flex-wrap gap-2">
        {!sealedLive && maySeal ? (
          <button type="button" className={`button ${chosen ? "" : "button-primary"}`} onClick={onSeal}>
            Seal a provider secret
          </button>
        ) : null}
        {sandboxAvailable && (mode === "live" || !chosen) ? (
          <button type="button" className="button" onClick={() => onChoose("test")}>
            Stay in test mode
          </button>
        ) : null}
        {sealedLive && mode === "test" ? (
          <button type="button" className="button" onClick={() => onChoose("live")}>
            Switch to live calls
          </button>
        ) : null}
      </div>
    </>
  );
}

function told(mode: Mode, chosen: boolean, sealedLive: boolean): string {
  if (mode === "live" && sealedLive) return "A provider secret is sealed. Live keys call the provider and cost money.";
  if (!chosen) {
    return "Your own OpenAI, Anthropic or Google API key, sealed so that nobody can read it here again. Without one the sandbox answers in the provider’s place.";
  }
  const test = "Test mode: calls go to the sandbox, answers are simulated and nothing is charged.";
  return sealedLive
    ? `${test} The sealed provider secret is not used.`
    : `${test} You can seal a provider secret at any time.`;
}
