const PATHS = {
  overview: "M2 13V8m4 5V4m4 9V6m4 7V2",
  requests: "M2 4h12M2 8h12M2 12h8",
  "provider-secrets": "M4 7V5a4 4 0 0 1 8 0v2M3 7h10v7H3zM8 10v1.5",
  "virtual-keys": "M9.5 6.5l5-5M12 4l1.8 1.8M7 6a3.5 3.5 0 1 1-3.5 3.5A3.5 3.5 0 0 1 7 6z",
  members:
    "M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 14c.3-2.6 2-4 4.5-4s4.2 1.4 4.5 4M11 8a2 2 0 1 0-1-3.7M12 10.2c1.5.4 2.3 1.6 2.5 3.8",
  "audit-log": "M3.5 2h6l3 3v9h-9zM9.5 2v3h3M6 8.5l1.3 1.3L10 7.2",
  settings: "M2 5h6m4 0h2M2 11h2m4 0h6M10 3.5v3M6 9.5v3",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM14 14l-3.5-3.5",
  copy: "M5.5 5.5h8v8h-8zM3 10.5H2.5v-8h8V3",
  check: "M3 8.5l3.2 3.2L13 4.5",
  cross: "M4 4l8 8M12 4l-8 8",
  warning: "M8 2.5L14.5 13.5h-13zM8 6.5v3.2M8 11.6v.2",
  menu: "M2 4.5h12M2 8h12M2 11.5h12",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  moon: "M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z",
  screen: "M2 3h12v8H2zM6 14h4M8 11v3",
  flask: "M6 2h4M7 2v4L3 13.5h10L9 6V2M5 10.5h6",
  bolt: "M9 1.5L3.5 9H8l-1 5.5L12.5 7H8z",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.8V8l2.2 1.5",
  refuse: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM4 12l8-8",
  table: "M2 3h12v10H2zM2 6.5h12M6.5 6.5V13",
  chart: "M2 14h12M4 14V9m4 5V5m4 9V2",
  out: "M6.5 2H3v12h3.5M10 5l3 3-3 3M13 8H6.5",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3l8 5-8 5z",
  plus: "M8 3v10M3 8h10",
  person: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14c.4-3 2.4-4.5 5.5-4.5s5.1 1.5 5.5 4.5",
} as const;

export type IconName = keyof typeof PATHS;

/** Drawn with the text's own colour and never the only bearer of a meaning: readers aloud skip it. */
export function Icon({ name, className = "" }: { readonly name: IconName; readonly className?: string }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
      className={`shrink-0 ${className}`}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
