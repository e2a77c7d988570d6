import { testModulePromises } from "@meterr/database/testing";
import { CASES } from "./support/cases.ts";
import { openWorld } from "./support/world.ts";

testModulePromises({ open: () => openWorld(), cases: CASES, isRecorded: () => false });
