import { createRequire } from "node:module";
import pLimit from "p-limit";
import type { Chart, DrawChart } from "../core/domain/chart.ts";
import type { Log } from "../core/ports.ts";
import { costSvg } from "./cost-svg.ts";
import { fontFamily } from "./frame.ts";
import { encodePng } from "./png.ts";
import { quotaSvg } from "./quota-svg.ts";

/** Pixels of the picture for each of its own: screens of phones are sharp. */
const zoom = 2;
/** Drawn at once; each takes some megabytes. */
const mostAtOnce = 2;

type Resvg = typeof import("@resvg/resvg-js");

/** The chart as SVG, in a font that the program brings along. */
export function svgOf(chart: Chart): string {
  return chart.kind === "quota" ? quotaSvg(chart) : costSvg(chart);
}

/**
 * Draws charts beside the main thread. The library is loaded with the first one: it is native code, for which this machine
 * may have none.
 *
 * @param options.load for tests
 */
export function createDrawChart(options: { log: Log; load?: (() => Promise<Resvg>) | undefined }): DrawChart {
  const limit = pLimit(mostAtOnce);
  const load = options.load ?? (() => import("@resvg/resvg-js"));
  return (chart) =>
    limit(async () => {
      try {
        const { renderAsync } = await load();
        const image = await renderAsync(svgOf(chart), {
          font: { fontFiles: fonts(), loadSystemFonts: false, defaultFontFamily: fontFamily },
          fitTo: { mode: "zoom", value: zoom },
        });
        return { png: await encodePng(image) };
      } catch (error) {
        options.log.warn({ error }, "A chart could not be drawn.");
        return { why: "The picture cannot be drawn on this machine; the log of the bot says why." };
      }
    });
}

/** Files of the font (SIL Open Font License 1.1): containers often have none. */
function fonts(): string[] {
  const require = createRequire(import.meta.url);
  return [
    require.resolve("@expo-google-fonts/play/400Regular/Play_400Regular.ttf"),
    require.resolve("@expo-google-fonts/play/700Bold/Play_700Bold.ttf"),
  ];
}
