/**
 * Charts as SVG files, readable on light and dark pages and for all kinds of colour vision.
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import { DOMParser } from "linkedom";

/** The colours of the style sheet below, from the palette of Okabe and Ito. */
export const INK = { first: "var(--first)", second: "var(--second)", faint: "var(--faint)" };

const STYLE = `
:root { color-scheme: light dark; color: #1f2328; --paper: #fff; }
:root { --first: #0072b2; --second: #d55e00; --faint: #8b929a; }
@media (prefers-color-scheme: dark) {
  :root { color: #e6edf3; --paper: #0d1117; --first: #56b4e9; --second: #e69f00; }
}
svg { fill: currentColor; }
`;

/** A plot within a chart. */
export interface Panel {
  readonly width: number;
  readonly height: number;
  readonly options: Plot.PlotOptions;
}

const MARGIN = 16;
const HEAD = 52;

/**
 * The text of an SVG file: panels side by side under a title and a line about the source of the
 * numbers.
 *
 * @param style further rules of the style sheet
 */
export function svgText(
  title: string,
  source: string,
  panels: readonly Panel[],
  style = "",
): string {
  let right = MARGIN;
  const parts = panels.map(({ width, height, options }) => {
    const plot = plotText({ ...options, width, height });
    const placed = plot.replace("<svg", `<svg x="${right}" y="${HEAD}"`);
    right += width + MARGIN;
    return placed;
  });
  const height = HEAD + Math.max(...panels.map((panel) => panel.height)) + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${right}" height="${height}" ` +
    `viewBox="0 0 ${right} ${height}" font-family="system-ui, sans-serif" role="img">
<title>${escape(title)}</title>
<style>${STYLE}${style}</style>
<rect width="100%" height="100%" fill="var(--paper)"/>
<text x="${MARGIN}" y="24" font-size="15" font-weight="600">${escape(title)}</text>
<text x="${MARGIN}" y="42" font-size="11">${escape(source)}</text>
${parts.join("\n")}
</svg>
`;
}

/** A plot as an SVG element, without a style of its own. */
export function plotText(options: Plot.PlotOptions): string {
  const document = new DOMParser().parseFromString("<html></html>", "text/html");
  const { outerHTML } = Plot.plot({ ...options, document: document as never });
  return outerHTML.replace(/<style>.*?<\/style>/s, ""); // its sizes are for a page
}

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
