import type { Choice } from "../domain/route.ts";
import type { Log, Settings } from "../ports.ts";

/** What combos have come to, stored for restarts and shared by all replicas. */
export interface KeptChoices {
  of(combo: string): Choice | undefined;
  /** Takes note of another choice; stored soon. Before the first load nothing is noted. */
  change(combo: string, choice: Choice): void;
  /** Takes in what is stored, and stores what could not be. Never throws. */
  load(): Promise<void>;
  /** Resolves when what was noted is stored, or could not be. */
  settled(): Promise<void>;
}

interface Kept {
  /** As it was stored last. */
  stored: unknown;
  choice: Choice | undefined;
  work: Promise<void>;
  loaded: boolean;
}

/**
 * Of several processes that find another choice for a combo one wins; it alone is told so, and the others go by what it
 * has stored.
 *
 * @param options.onStored called in the process whose choice it is; `from` is absent for the first choice ever
 * @param options.onAdopted called when a choice of elsewhere has come in
 */
export function createKeptChoices(options: {
  combos: readonly string[];
  settings: Pick<Settings, "get" | "swap">;
  onStored: (combo: string, from: string | undefined, choice: Choice) => void;
  onAdopted: (combo: string) => void;
  log: Log;
}): KeptChoices {
  const { settings, log } = options;
  const known = new Map<string, Kept>(
    options.combos.map((combo) => [
      combo,
      { stored: undefined, choice: undefined, work: Promise.resolve(), loaded: false },
    ]),
  );

  async function adopt(combo: string, kept: Kept): Promise<void> {
    kept.stored = await settings.get(keyOf(combo));
    kept.loaded = true;
    const choice = parse(kept.stored);
    if (choice === undefined || isSame(choice, kept.choice)) return;
    kept.choice = choice;
    options.onAdopted(combo);
  }

  async function store(combo: string, kept: Kept): Promise<void> {
    const { choice } = kept;
    const from = parse(kept.stored);
    if (choice === undefined || isSame(choice, from)) return;
    if (!(await settings.swap(keyOf(combo), kept.stored, choice))) return await adopt(combo, kept);
    kept.stored = choice;
    options.onStored(combo, from?.key, choice);
  }

  function inTurn(kept: Kept, work: () => Promise<void>): Promise<void> {
    kept.work = kept.work
      .then(work)
      .catch((error) => log.warn({ error }, "What a combo has come to cannot be stored for now."));
    return kept.work;
  }

  return {
    of: (combo) => known.get(combo)?.choice,
    change(combo, choice) {
      const kept = known.get(combo);
      if (kept === undefined || !kept.loaded) return;
      kept.choice = choice;
      void inTurn(kept, () => store(combo, kept));
    },
    async load() {
      await Promise.all(
        [...known].map(([combo, kept]) =>
          inTurn(kept, async () => {
            if (kept.loaded) await store(combo, kept);
            await adopt(combo, kept);
          }),
        ),
      );
    },
    async settled() {
      await Promise.all([...known.values()].map(({ work }) => work));
    },
  };
}

function keyOf(combo: string): string {
  return `route ${combo}`;
}

function isSame(a: Choice, b: Choice | undefined): boolean {
  return a.key === b?.key && a.since === b.since;
}

/** What was stored; undefined for what makes no sense. */
function parse(value: unknown): Choice | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { key, since, awaited } = value as Partial<Choice>;
  if (typeof key !== "string" || typeof since !== "number") return undefined;
  return { key, since, awaited: typeof awaited === "object" && awaited !== null ? awaited : {} };
}
