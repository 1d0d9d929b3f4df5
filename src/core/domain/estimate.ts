/** What a task of one type takes: tokens in and out, and where the numbers come from. */
export interface TaskSize {
  input: number;
  output: number;
  /** Records that these are the medians of; absent: a default. */
  records?: number | undefined;
}

/** What tasks take until the team's own are known. */
export const usualSizes: Readonly<Record<string, TaskSize>> = {
  code_generation: { input: 3_000, output: 12_000 },
  code_review: { input: 6_000, output: 2_000 },
  documentation: { input: 4_000, output: 6_000 },
  analysis: { input: 8_000, output: 4_000 },
  quick_query: { input: 1_000, output: 1_000 },
};

/** So many records of a task type there must be before their medians replace the default. */
export const enoughRecords = 20;

export const complexities = ["simple", "normal", "complex"] as const;
export type Complexity = (typeof complexities)[number];

export const priorities = ["low", "normal", "high"] as const;
export type Priority = (typeof priorities)[number];

/** What makes a task larger or smaller than is usual for its type. */
export interface Circumstances {
  /** How many files it is about; the usual size is that of ten. */
  files?: number | undefined;
  complexity?: Complexity | undefined;
  /** Whether to be on the safe side. */
  conservative?: boolean | undefined;
  urgent?: boolean | undefined;
  priority?: Priority | undefined;
}

export interface Estimate {
  task: string;
  input: number;
  output: number;
  /** The sum of the two. */
  tokens: number;
  /** "default", or "measured (37 records)". */
  basis: string;
  /** What the usual size was multiplied by. */
  factors: { files: number; complexity: number; conservative: number };
  priority: Priority;
}

/** In tenths, so that nothing is lost: 3,000 x 0.7 is 2,100 and not a little more. */
const tenths = {
  complexity: { simple: 7, normal: 10, complex: 15 },
  conservative: 13,
  files: [5, 30],
} as const;

/**
 * What a task takes: the size of its type x files / 10 (from 0.5 to 3) x 0.7 when simple or 1.5 when complex x 1.3 when
 * conservative. Input and output are each rounded up to a whole token.
 */
export function estimateOf(task: string, size: TaskSize, circumstances: Circumstances = {}): Estimate {
  const { files, complexity = "normal", conservative = false } = circumstances;
  const [fewest, most] = tenths.files;
  const factors = {
    files: files === undefined ? 10 : Math.min(most, Math.max(fewest, files)),
    complexity: tenths.complexity[complexity],
    conservative: conservative ? tenths.conservative : 10,
  };
  const thousandths = factors.files * factors.complexity * factors.conservative;
  const [input, output] = [size.input, size.output].map((usual) => Math.ceil((usual * thousandths) / 1000));
  return {
    task,
    input: input ?? 0,
    output: output ?? 0,
    tokens: (input ?? 0) + (output ?? 0),
    basis: size.records === undefined ? "default" : `measured (${size.records} records)`,
    factors: {
      files: factors.files / 10,
      complexity: factors.complexity / 10,
      conservative: factors.conservative / 10,
    },
    priority: priorityOf(circumstances),
  };
}

/** The priority told, normal unless told, and one step up when it is urgent. */
export function priorityOf({ priority = "normal", urgent = false }: Circumstances): Priority {
  const rank = priorities.indexOf(priority) + (urgent ? 1 : 0);
  return priorities[Math.min(rank, priorities.length - 1)] ?? priority;
}

/** One spelling of a task type: "Code review" and "code-review" are "code_review". */
export function taskType(written: string): string {
  return written
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, "_");
}

/** The middle one of the numbers, between the two middle ones half way, rounded half up. 0 of none. */
export function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const low = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
  const high = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return Math.round((low + high) / 2);
}
