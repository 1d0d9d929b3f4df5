const eighths = ["▁", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** One row of block characters in so many columns, with dots where nothing is known: spaces would not last everywhere. */
export function sparkLine(levels: readonly (number | undefined)[], columns: number): string {
  return sparkRows(levels, { columns, rows: 1 }).join("").replaceAll(" ", "·");
}

/**
 * Levels as rows of block characters, the upper row first, in so many columns. A level of nothing still shows as the
 * lowest block.
 *
 * @param levels from 0 to 1, at equal steps
 */
export function sparkRows(
  levels: readonly (number | undefined)[],
  { columns, rows }: { columns: number; rows: number },
): string[] {
  const cells = resampled(levels, columns);
  return Array.from({ length: rows }, (_, index) => {
    const below = (rows - 1 - index) * 8;
    return cells
      .map((level) => {
        if (level === undefined) return " ";
        const height = Math.max(1, Math.round(Math.min(1, Math.max(0, level)) * rows * 8)) - below;
        return height <= 0 ? " " : (eighths[Math.min(8, height)] ?? " ");
      })
      .join("");
  });
}

/** In so many columns: each stands for its steps' mean; fewer steps than columns are drawn wider. */
function resampled(levels: readonly (number | undefined)[], columns: number): (number | undefined)[] {
  const count = levels.length;
  if (count === 0) return [];
  const wide = count >= columns ? columns : Math.floor(columns / count) * count;
  return Array.from({ length: wide }, (_, column) => {
    const from = Math.floor((column * count) / wide);
    const to = Math.max(from + 1, Math.floor(((column + 1) * count) / wide));
    const known = levels.slice(from, to).filter((level) => level !== undefined);
    return known.length === 0 ? undefined : known.reduce((sum, level) => sum + level, 0) / known.length;
  });
}
