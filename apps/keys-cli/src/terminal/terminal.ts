/** The part of a stream that output needs; process.stdout and a test's buffer both fit. */
export interface TextOutput {
  write(text: string): unknown;
  isTTY?: boolean | undefined;
  columns?: number | undefined;
  on?(event: "error", listener: (error: Error) => void): unknown;
}

/** Where input comes from: all a command asks of it is whether a person sits there. */
export interface TextInput {
  isTTY?: boolean | undefined;
}

/** The world of one command: everything it reads from and writes to. */
export interface Terminal {
  env: Readonly<Record<string, string | undefined>>;
  stdin: TextInput;
  stdout: TextOutput;
  stderr: TextOutput;
}

/** A terminal a person looks at, which understands escape sequences. */
export function isInteractive(output: TextOutput, env: Terminal["env"]): boolean {
  return output.isTTY === true && env["TERM"] !== "dumb" && !env["CI"];
}
