/** A place in a combo: an account, alone or with one of its models, or with those that fit a pattern. */
export interface ComboMember {
  account: string;
  /** A name, or a pattern in which `*` stands for anything; absent: whatever model is asked for. */
  model?: string | undefined;
}

/** The combos of the configuration: members are accounts, `account/model` or other combos. */
export type Combos = Readonly<Record<string, readonly string[]>>;

/** Tells a member from all others of a combo. */
export function memberKey({ account, model }: ComboMember): string {
  // Ids of accounts have no "/".
  return model === undefined ? account : `${account}/${model}`;
}

/** Whether the model of a member stands for several. */
export function isPattern(model: string): boolean {
  return model.includes("*");
}

/**
 * The members of a combo in their order, those of combos in it in place of these; one that comes twice counts where it
 * comes first. Whatever goes in a circle is left out.
 */
export function membersOf(combos: Combos, name: string): ComboMember[] {
  const found = new Map<string, ComboMember>();

  function follow(combo: string, chain: readonly string[]): void {
    for (const written of (Object.hasOwn(combos, combo) && combos[combo]) || []) {
      if (Object.hasOwn(combos, written)) {
        if (!chain.includes(written)) follow(written, [...chain, written]);
        continue;
      }
      const member = memberOf(written);
      if (!found.has(memberKey(member))) found.set(memberKey(member), member);
    }
  }

  follow(name, [name]);
  return [...found.values()];
}

function memberOf(written: string): ComboMember {
  const slash = written.indexOf("/");
  if (slash < 0) return { account: written };
  // Names of models have slashes themselves: only the first one parts.
  return { account: written.slice(0, slash), model: written.slice(slash + 1) };
}
