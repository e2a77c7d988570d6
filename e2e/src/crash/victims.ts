import { once } from "node:events";
import { postgresPid, type Machine } from "../machine.ts";
import { killProcess } from "../processes.ts";

export const victims = ["gateway", "postgres", "gateway and postgres", "supervisor", "dashboard"] as const;
export type Victim = (typeof victims)[number];

/** kill -9. The supervisor alone is not started again by anything; that is the caller's part. */
export async function kill(machine: Machine, victim: Victim): Promise<void> {
  if (victim === "supervisor") {
    const gone = once(machine.supervisor, "exit");
    machine.supervisor.kill("SIGKILL");
    await gone;
    return;
  }
  const children = await machine.children();
  const pids: (number | undefined)[] = [];
  if (victim !== "postgres") pids.push(children[victim === "dashboard" ? "dashboard" : "gateway"]);
  if (victim !== "gateway" && victim !== "dashboard") pids.push(await postgresPid(machine.home));
  await Promise.all(
    pids.map((pid) => {
      if (pid === undefined) throw new Error(`the process of ${victim} is not known`);
      return killProcess(pid);
    }),
  );
}
