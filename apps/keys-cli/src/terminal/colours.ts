import type { Terminal, TextOutput } from "./terminal.ts";

// SGR parameters of ECMA-48 §8.3.117, each with the one that ends it.
const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export type Colour = keyof typeof codes;
export type Paint = (colour: Colour, text: string) => string;

/**
 * Paints only on a terminal, and not when NO_COLOR is set (no-color.org); piped text stays plain. FORCE_COLOR paints
 * wherever the text goes (force-color.org), unless it is 0 or false.
 */
export function colours(output: TextOutput, env: Terminal["env"]): Paint {
  const forced = env["FORCE_COLOR"] ? !/^(?:0|false)$/.test(env["FORCE_COLOR"]) : null;
  const wanted = !env["NO_COLOR"] && (forced ?? (output.isTTY === true && env["TERM"] !== "dumb"));
  return (colour, text) => (wanted ? `\u001b[${codes[colour][0]}m${text}\u001b[${codes[colour][1]}m` : text);
}
