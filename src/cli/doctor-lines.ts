import { type Finding, verdict, worstFirst } from "../core/messages/doctor.ts";
import { harmless } from "../core/messages/harmless.ts";
import { wrapWords } from "../core/wrap.ts";

const signs: Record<Finding["level"], { sign: string; ink: number }> = {
  ok: { sign: "✓", ink: 32 },
  warning: { sign: "!", ink: 33 },
  problem: { sign: "✗", ink: 31 },
};

/**
 * What the doctor found, as lines of text: a verdict, then one finding after the other, those that need a hand first, each
 * with what to do below it.
 * @param terminal.width columns that a line may have; Infinity where it is not a terminal that would break it
 */
export function doctorLines(
  findings: readonly Finding[],
  terminal: { width: number; colour: boolean },
): string {
  const ink = (text: string, code: number, off = 39) =>
    terminal.colour ? `\u001b[${code}m${text}\u001b[${off}m` : text;
  const worst = worstFirst(findings)[0]?.level ?? "ok";
  const lines = [ink(ink(verdict(findings), signs[worst].ink), 1, 22), ""];
  for (const finding of worstFirst(findings)) {
    const { sign, ink: colour } = signs[finding.level];
    const name = harmless(finding.name);
    const [first = "", ...rest] = wrapWords(`${name}: ${harmless(finding.message)}`, terminal.width - 2);
    // A name that is broken over lines stays plain.
    const bold = first.startsWith(name) ? ink(name, 1, 22) + first.slice(name.length) : first;
    lines.push(`${ink(sign, colour)} ${bold}`, ...rest.map((line) => `  ${line}`));
    for (const todo of todosOf(finding)) {
      const [begin = "", ...more] = wrapWords(harmless(todo), terminal.width - 4);
      lines.push(`  → ${begin}`, ...more.map((line) => `    ${line}`));
    }
  }
  return lines.join("\n");
}

function todosOf({ todo, actionUrl }: Finding): string[] {
  return [...(todo === undefined ? [] : [todo]), ...(actionUrl === undefined ? [] : [`Open ${actionUrl}`])];
}
