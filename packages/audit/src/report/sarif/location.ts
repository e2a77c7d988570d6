import type { Location } from "../../findings/finding.ts";

/** A place as SARIF has it (§3.29): columns in UTF-16 units, the end exclusive, as our own. */
export function physicalLocation({ file, line, column, endLine, endColumn }: Location): object {
  const region = {
    startLine: line,
    startColumn: column,
    endLine: Math.max(line, endLine),
    endColumn: Math.max(1, endColumn),
  };
  // An end before its start is no region; the line alone still is one.
  const sound = endLine > line || (endLine === line && endColumn >= column);
  return { artifactLocation: artifactLocation(file), region: sound ? region : { startLine: line } };
}

export function artifactLocation(file: string): { uri: string; uriBaseId: string } {
  return { uri: relativeUri(file), uriBaseId: "%SRCROOT%" };
}

/** A path as a relative reference (RFC 3986 §4.2): every character that means something there is percent-encoded. */
export function relativeUri(file: string): string {
  return file
    .toWellFormed()
    .split("/")
    .map((segment) => encodeURIComponent(segment).replaceAll(/[!'()*]/g, percent))
    .join("/");
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
