/** The name, with a measure of four bars. */
export function Wordmark() {
  return (
    <span className="inline-flex items-center gap-2 text-sm font-semibold tracking-tight">
      <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
        <rect x="1" y="1" width="18" height="18" rx="4" fill="var(--accent)" />
        <path
          d="M5.500 14.500v-4M8.500 14.500v-7M11.500 14.500v-5M14.500 14.500v-9"
          stroke="var(--on-accent)"
          strokeWidth="1.6"
          strokeLinecap="round"
        />
      </svg>
      Meterr
    </span>
  );
}
