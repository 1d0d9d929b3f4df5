/** Colours of the terminal escapes that the program uses, on a dark ground. */
const colours: Record<string, string> = {
  31: "#f47067",
  32: "#57ab5a",
  33: "#daaa3f",
  34: "#6cb6ff",
  90: "#8b949e",
};
const column = 8.4;
const row = 19;

/** Terminal output with colours as an SVG picture of a terminal. */
export function pictureOf(output: string): string {
  const lines = output.split("\n");
  const widest = Math.max(...lines.map((line) => line.replaceAll(escapes, "").length));
  const width = Math.ceil(widest * column + 32);
  const height = lines.length * row + 32;
  const texts = lines.flatMap((line, index) => runs(line).map((run) => textElement(run, index)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    "<title>quotabot answering /quota</title>",
    `<rect width="${width}" height="${height}" rx="8" fill="#22272e"/>`,
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" xml:space="preserve">`,
    ...texts,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

interface Run {
  text: string;
  at: number;
  colour: string;
  bold: boolean;
}

const escapes = new RegExp(`${String.fromCharCode(27)}\\[(\\d+)m`, "g");

function runs(line: string): Run[] {
  const found: Run[] = [];
  let colour = "#d1d7e0";
  let bold = false;
  let at = 0;
  const pieces = line.split(escapes);
  for (const [index, piece] of pieces.entries()) {
    if (index % 2 === 0) {
      if (piece.trim() !== "") found.push({ text: piece, at, colour, bold });
      at += piece.length;
    } else if (piece === "1" || piece === "22") bold = piece === "1";
    else colour = colours[piece] ?? "#d1d7e0";
  }
  return found;
}

function textElement(run: Run, line: number): string {
  const text = run.text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const weight = run.bold ? ' font-weight="bold"' : "";
  const x = (16 + run.at * column).toFixed(1);
  // The length is given so that every font keeps the columns.
  const length = (run.text.length * column).toFixed(1);
  return `<text x="${x}" y="${line * row + 30}" fill="${run.colour}"${weight} textLength="${length}">${text}</text>`;
}
