const newline = "\n".charCodeAt(0);
const longestLine = 64 * 1024 * 1024;

/** A line that has ended. */
export interface LogLine {
  /** Without its end; undefined when it was too long to be kept. */
  bytes: Uint8Array | undefined;
  /** Where in the log the next line begins. */
  end: number;
}

/**
 * Cuts a log into lines as its parts arrive. What follows the last end of a line is kept for the next part.
 * @param offset where in the log the first part begins
 */
export function createLineCutter(offset: number, longest = longestLine) {
  let pieces: Uint8Array[] = [];
  let held = 0;
  let end = offset;

  function hold(piece: Uint8Array): void {
    held += piece.length;
    if (held <= longest) pieces.push(piece);
    else pieces = [];
  }

  return {
    /** The lines that end in this part. */
    cut(part: Uint8Array): LogLine[] {
      const lines: LogLine[] = [];
      let from = 0;
      for (let to = part.indexOf(newline); to >= 0; to = part.indexOf(newline, from)) {
        hold(part.subarray(from, to));
        end += held + 1;
        lines.push({ bytes: held <= longest ? joined(pieces) : undefined, end });
        pieces = [];
        held = 0;
        from = to + 1;
      }
      if (from < part.length) hold(part.subarray(from));
      return lines;
    },
  };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
}
