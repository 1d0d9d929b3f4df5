import type { RouteEntry } from "./route.ts";
import { aboutRoutes } from "./routes/about.ts";
import { agentRoutes } from "./routes/agents.ts";
import { compatRoutes } from "./routes/compat.ts";
import { liveRoutes } from "./routes/live.ts";
import { operatingRoutes } from "./routes/operating.ts";
import { peopleRoutes } from "./routes/people.ts";
import { quotaRoutes } from "./routes/quota.ts";
import { type ReportingOptions, reportingRoutes } from "./routes/reporting.ts";
import { routingRoutes } from "./routes/routing.ts";
import { usageRoutes } from "./routes/usage.ts";

export type RoutesOptions = Parameters<typeof quotaRoutes>[0] &
  Parameters<typeof usageRoutes>[0] &
  ReportingOptions &
  Parameters<typeof routingRoutes>[0] &
  Parameters<typeof agentRoutes>[0] &
  Parameters<typeof liveRoutes>[0] &
  Parameters<typeof operatingRoutes>[0] &
  Parameters<typeof peopleRoutes>[0] &
  Parameters<typeof compatRoutes>[0] & {
    /** Of the program. */
    version: string;
  };

/**
 * The table of all that is answered over HTTP. Headings of documents stand in the order of their first route. A new group is
 * a file under routes/ and a line here.
 */
export function createRoutes(options: RoutesOptions): readonly RouteEntry[] {
  const routes: readonly RouteEntry[] = [
    ...quotaRoutes(options),
    ...liveRoutes(options),
    ...usageRoutes(options),
    ...routingRoutes(options),
    ...agentRoutes(options),
    ...reportingRoutes(options),
    ...peopleRoutes(options),
    ...operatingRoutes(options),
    ...compatRoutes(options),
    ...aboutRoutes({ version: options.version, routes: () => routes }),
  ];
  return routes;
}
