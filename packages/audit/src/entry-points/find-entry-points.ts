import type { Project, ProjectFile } from "../project.ts";
import type { EntryPoint } from "./entry-point.ts";
import { classHandlerEntryPoints } from "./class-handlers.ts";
import { handlerEntryPoints } from "./handlers.ts";
import { declaredRouteEntryPoints } from "./declared-routes.ts";
import { keyEntryPoints } from "./keys.ts";
import { contextControllerEntryPoints } from "./context-controllers.ts";
import { declaringCallEntryPoints } from "./declaring-calls.ts";
import { errorHandlerEntryPoints } from "./error-handlers.ts";
import { jobEntryPoints } from "./jobs.ts";
import { madeHandlerEntryPoints } from "./made-handlers.ts";
import { methodOptionsEntryPoints } from "./method-options.ts";
import { methodExportEntryPoints } from "./method-exports.ts";
import { graphqlFieldEntryPoints } from "./graphql-fields.ts";
import { guardsEverywhere, nestEntryPoints } from "./nest.ts";
import { mountedUnseen } from "./mounted-unseen.ts";
import { nextByShape } from "./next-by-shape.ts";
import { nextEntryPoints } from "./next.ts";
import { pageFileEntryPoints } from "./page-files.ts";
import { procedureEntryPoints } from "./procedures.ts";
import { resolverMapEntryPoints } from "./resolver-maps.ts";
import { endpointClassEntryPoints } from "./endpoint-classes.ts";
import { routeObjectEntryPoints } from "./route-objects.ts";
import { socketEventEntryPoints } from "./socket-events.ts";
import { routerEntryPoints } from "./routers/router-entry-points.ts";

/** Every entry point of a tree whose kind a framework's own conventions tell, in the order of the files. */
export function findEntryPoints(project: Project, files: readonly ProjectFile[]): EntryPoint[] {
  const guarded = guardsEverywhere(files);
  const found = files.flatMap((file) => [
    ...nextEntryPoints(file),
    ...pageFileEntryPoints(file),
    ...methodExportEntryPoints(file),
    ...methodOptionsEntryPoints(file),
    ...declaringCallEntryPoints(file),
    ...resolverMapEntryPoints(file),
    ...graphqlFieldEntryPoints(file),
    ...contextControllerEntryPoints(file),
    ...keyEntryPoints(file),
    ...errorHandlerEntryPoints(file),
    ...procedureEntryPoints(file),
    ...declaredRouteEntryPoints(file),
    ...routeObjectEntryPoints(file),
    ...socketEventEntryPoints(file),
    ...endpointClassEntryPoints(file),
    ...nestEntryPoints(file, guarded),
    ...jobEntryPoints(file),
  ]);
  found.push(...routerEntryPoints(project, files));
  return found;
}

/** Functions that take a request; judged after the others, and only where none of those reached them. */
export function findHandlers(files: readonly ProjectFile[]): EntryPoint[] {
  const found = files.flatMap((file) => {
    const shaped = nextByShape(file);
    return shaped.length > 0
      ? shaped
      : [...handlerEntryPoints(file), ...madeHandlerEntryPoints(file), ...classHandlerEntryPoints(file)];
  });
  return mountedUnseen(found, files);
}
