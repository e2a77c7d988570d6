import { readFileSync } from "node:fs";
import { join } from "node:path";

/** C2SP/wycheproof `testvectors_v1`, kept beside the project. */
const folder = process.env["METERR_JUDGE_DATA"];

/** Options of a test that needs the vectors: says why when it cannot run. */
export const withVectors = {
  skip:
    folder === undefined ? "SKIPPED: METERR_JUDGE_DATA is not set, so Wycheproof's vectors were not checked" : false,
};

export interface Vectors<Group> {
  readonly numberOfTests: number;
  readonly testGroups: readonly Group[];
}

export function readVectors<Group>(name: string): Vectors<Group> {
  return JSON.parse(readFileSync(join(folder ?? "", "wycheproof", name), "utf8")) as Vectors<Group>;
}
