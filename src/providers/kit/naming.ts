/** A provider's word for something, as an id: "GPT-5.3-Codex-Spark" is "gpt-5-3-codex-spark". */
export function slug(name: string): string {
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return id === "" ? "other" : id;
}

/** A provider's key as people write it: "free_workspace" is "Free Workspace". */
export function titleCase(key: string): string {
  return key
    .split(/[\s_-]+/)
    .filter((word) => word !== "")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
}

/** The same readings with ids that differ: of equal ones the second gets "-2", the third "-3". */
export function withDistinctIds<Item extends { id: string }>(readings: readonly Item[]): Item[] {
  const taken = new Set<string>();
  return readings.map((reading) => {
    let { id } = reading;
    for (let count = 2; taken.has(id); count++) id = `${reading.id}-${count}`;
    taken.add(id);
    return { ...reading, id };
  });
}
