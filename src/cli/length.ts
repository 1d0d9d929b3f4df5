const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "90s", "30m", "2h", "1d" in milliseconds; undefined for any other text. */
export function parseLength(text: string): number | undefined {
  const [, number, unit = ""] = /^(\d{1,5})([smhd])$/.exec(text.trim().toLowerCase()) ?? [];
  const length = Number(number) * (units[unit] ?? 0);
  return length > 0 ? length : undefined;
}
