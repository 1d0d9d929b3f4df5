import { isUntold } from "../core/domain/delivery.ts";
import { type Incident, isOpen } from "../core/domain/incident.ts";
import type { IncidentQuery, Outbox } from "../core/ports.ts";

/**
 * An outbox that answers from memory.
 *
 * @param options.incidents by key; it belongs to the outbox from then on
 * @param options.commit called after every change; the change is told to be durable when this resolves
 */
export function createOutbox(options: {
  incidents: Map<string, Incident>;
  commit: () => Promise<void>;
}): Outbox {
  const { incidents, commit } = options;
  const byScope = new Map<string, Map<string, Incident>>();
  const untold = new Map<string, Incident>();
  for (const incident of incidents.values()) index(incident);

  function index(incident: Incident): void {
    let scope = byScope.get(incident.scope);
    if (scope === undefined) {
      scope = new Map();
      byScope.set(incident.scope, scope);
    }
    scope.set(incident.key, incident);
    if (isUntold(incident)) untold.set(incident.key, incident);
    else untold.delete(incident.key);
  }

  function select(query: IncidentQuery): Incident[] {
    if ("scope" in query) return [...(byScope.get(query.scope)?.values() ?? [])];
    if ("key" in query) return [incidents.get(query.key)].filter((found) => found !== undefined);
    if ("untold" in query && !("channel" in query)) return [...untold.values()];
    if ("untold" in query) return untoldOf(query.channel);
    return [...incidents.values()].filter((incident) => fits(incident, query));
  }

  function untoldOf(channel: string): Incident[] {
    const own = [...untold.values()].filter((incident) => incident.channel === channel);
    const places = new Set(own.flatMap(({ delivery }) => delivery.where ?? []));
    if (places.size === 0) return own;
    const sharing = [...incidents.values()].filter(
      (incident) =>
        incident.channel === channel &&
        !untold.has(incident.key) &&
        places.has(incident.delivery.where ?? ""),
    );
    return [...own, ...sharing];
  }

  return {
    async put(incident) {
      if (incidents.has(incident.key)) return false;
      const kept = copyOf(incident);
      incidents.set(kept.key, kept);
      index(kept);
      await commit();
      return true;
    },
    async change(incident) {
      if (incidents.get(incident.key)?.revision !== incident.revision) return false;
      const kept = copyOf({ ...incident, revision: incident.revision + 1 });
      incidents.set(kept.key, kept);
      index(kept);
      await commit();
      return true;
    },
    async find(query) {
      return select(query).map(copyOf);
    },
    async prune(before) {
      const over = [...incidents.values()].filter(
        (incident) => !isOpen(incident) && !isUntold(incident) && (incident.endedAt ?? 0) < before,
      );
      for (const { key, scope } of over) {
        incidents.delete(key);
        byScope.get(scope)?.delete(key);
      }
      if (over.length > 0) await commit();
    },
  };
}

function fits(incident: Incident, query: IncidentQuery): boolean {
  if ("sentSince" in query) {
    return incident.channel === query.channel && (incident.delivery.sentAt ?? 0) >= query.sentSince;
  }
  if ("openedSince" in query) return incident.openedAt >= query.openedSince;
  if ("id" in query) return incident.id === query.id;
  return "open" in query && isOpen(incident);
}

/** A copy of plain data, far cheaper than what the machine offers: every look asks for some. */
function copyOf<Data>(data: Data): Data {
  if (Array.isArray(data)) return data.map(copyOf) as Data;
  if (typeof data !== "object" || data === null) return data;
  const copy: Record<string, unknown> = {};
  for (const key in data) copy[key] = copyOf(data[key]);
  return copy as Data;
}
