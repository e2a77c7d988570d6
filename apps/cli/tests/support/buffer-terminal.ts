import type { Terminal } from "../../src/terminal/terminal.ts";

export interface BufferTerminal extends Terminal {
  out(): string;
  err(): string;
}

/** A terminal that keeps what is written to it. */
export function bufferTerminal(
  options: { env?: Record<string, string>; stdin?: string; isTTY?: boolean } = {},
): BufferTerminal {
  let [out, err] = ["", ""];
  const isTTY = options.isTTY ?? false;
  async function* input() {
    yield options.stdin ?? "";
  }
  return {
    env: options.env ?? {},
    stdin: input(),
    stdout: { isTTY, write: (text) => (out += text) },
    stderr: { isTTY, write: (text) => (err += text) },
    out: () => out,
    err: () => err,
  };
}
