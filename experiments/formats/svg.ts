/**
 * Pictures that are readable on a light and on a dark page, and in any colours.
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import { DOMParser } from "linkedom";

/** Colours that the style sheet below gives, from the palette of Okabe and Ito for all kinds of colour vision. */
export const INK = { first: "var(--first)", second: "var(--second)", faint: "var(--faint)" };

const STYLE = `
:root { color-scheme: light dark; color: #1f2328; --paper: #fff; }
:root { --first: #0072b2; --second: #d55e00; --faint: #8b929a; }
@media (prefers-color-scheme: dark) {
  :root { color: #e6edf3; --paper: #0d1117; --first: #56b4e9; --second: #e69f00; }
}
text { fill: currentColor; }
`;

/** A plot as a part of a picture. */
export interface Panel {
  readonly width: number;
  readonly height: number;
  readonly options: Plot.PlotOptions;
}

const MARGIN = 16;
const HEAD = 52;

/** Panels side by side under a title and a line that says where the numbers are from, as the text of an SVG file. */
export function svgText(title: string, source: string, panels: readonly Panel[]): string {
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
<style>${STYLE}</style>
<rect width="100%" height="100%" fill="var(--paper)"/>
<text x="${MARGIN}" y="24" font-size="15" font-weight="600">${escape(title)}</text>
<text x="${MARGIN}" y="42" font-size="11">${escape(source)}</text>
${parts.join("\n")}
</svg>
`;
}

/** A plot as an element of a picture or a page, without a style of its own. */
export function plotText(options: Plot.PlotOptions): string {
  const document = new DOMParser().parseFromString("<html></html>", "text/html");
  const { outerHTML } = Plot.plot({ ...options, document });
  return outerHTML.replace(/<style>.*?<\/style>/s, ""); // its sizes are for a page
}

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
