import { commandHere } from "./command-here.ts";

// The command as main.ts composes it, over a catalogue a test has made: node keys-process.ts <catalogue> <arguments>.
const [catalogue = "", ...args] = process.argv.slice(2);
const { env, stdin, stdout, stderr } = process;
process.exitCode = await commandHere(catalogue, args, process.cwd(), { env, stdin, stdout, stderr });
