// Suites that need a whole machine, but none of their own: each keeps to its own organisations, or only looks.
import { endSharedMachine } from "../src/shared-machine.ts";
import "./one-machine/separation.ts";
import "./one-machine/isolation.ts";
import "./one-machine/providers.ts";

endSharedMachine();
