import { KeysError } from "../errors.ts";

export const FORMATS = ["terminal", "json", "sarif", "markdown"] as const;
export type Format = (typeof FORMATS)[number];

/** Options of `keys audit` as commander gives them; `baseline` is false for --no-baseline. */
export interface AuditCommandOptions {
  format?: Format;
  json?: true;
  output?: string;
  includeUnknown?: true;
  baseline?: string | boolean;
  updateBaseline?: true;
  changed?: string | true;
  explain?: string;
  init?: true;
  force?: true;
  cache: boolean;
  quiet?: true;
}

/** @throws KeysError `usage` for options that contradict each other */
export function checkOptions(options: AuditCommandOptions): void {
  const { format, json, baseline, updateBaseline, changed, init, output, force } = options;
  const refuse = (when: boolean, message: string): void => {
    if (when) throw new KeysError("usage", message);
  };
  refuse(
    json === true && format !== undefined && format !== "json",
    `--json and --format ${format} contradict each other.`,
  );
  refuse(updateBaseline === true && baseline === false, "--update-baseline and --no-baseline contradict each other.");
  refuse(updateBaseline === true && changed !== undefined, "A baseline is made of everything: leave --changed away.");
  refuse(
    init === true &&
      (changed !== undefined || baseline !== undefined || updateBaseline === true || output !== undefined),
    "--init takes no options but --force and --json.",
  );
  refuse(force === true && init !== true, "--force belongs to --init.");
  refuse(baseline === "", "--baseline needs the name of a file.");
}

export function formatOf({ format, json }: AuditCommandOptions): Format {
  return json === true ? "json" : (format ?? "terminal");
}
