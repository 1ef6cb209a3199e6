/**
 * Small multiples: a panel for each group of runs. All panels share one scale, and each shows the
 * other groups in grey behind its own.
 *
 * @module
 */

import type * as Plot from "@observablehq/plot";
import { plotText } from "../formats/svg.ts";
import { type CurveStyle, swatch } from "./curve_style.ts";
import { type Frame, frameOptions, TEXT_SIZE } from "./frame.ts";
import { type Content, type Markup, markup, trusted } from "./markup.ts";

/** The size of a panel: three fit side by side on a screen, and one on a phone. */
export const PANEL = {
  width: 360,
  height: 230,
  marginTop: 12,
  marginRight: 14,
  marginBottom: 40,
  marginLeft: 46,
} as const;

/** The panel of a group. */
export interface Panel {
  /** The heading of the panel. */
  readonly name: string;
  readonly style: CurveStyle;
  /** The numbers that the picture shows, also read aloud by screen readers. */
  readonly text: string;
  readonly marks: Plot.Markish[];
}

/** What all panels of a section share. */
export interface Sharing {
  /** An anchor that is unique on the page. */
  readonly id: string;
  readonly frame: Frame;
  /** Labels and ticks of the scales. */
  readonly options: Pick<Plot.PlotOptions, "x" | "y">;
  /** The marks behind every panel; they are drawn once and used by all. */
  readonly context: Plot.Markish[];
}

/** Matches an SVG element and captures what is inside. */
const SVG = /^<svg[^>]*>(.*)<\/svg>$/s;
const FONT = trusted(
  `text-anchor="middle" style="font-size:${TEXT_SIZE}px" fill="currentColor"`,
);

/** The panels, side by side as far as there is room. */
export function panelsMarkup(
  { id, frame, options, context }: Sharing,
  panels: readonly Panel[],
): Markup {
  const draw = (more: Plot.PlotOptions) => plotText({ ...chartOptions(frame, options), ...more });
  const [, behind] = draw({ axis: null, grid: false, marks: context }).match(SVG)!;
  const figure = ({ name, style, text, marks }: Panel): Content => {
    const [, inner] = draw({ marks }).match(SVG)!;
    return markup`<figure><figcaption><b>${trusted(swatch(style))}${name}</b> ${text}</figcaption>
<svg role="img" aria-label="${name}: ${text}" viewBox="0 0 ${frame.width} ${frame.height}" ${FONT}>
<use href="#${id}"/>${trusted(inner)}</svg></figure>
`;
  };
  return markup`<svg class="parts" aria-hidden="true"><defs><g id="${id}">${
    trusted(behind)
  }</g></defs></svg>
<div class="panels">
${panels.map(figure)}</div>
`;
}

/** The options of a plot in a frame. */
export function chartOptions(frame: Frame, { x, y }: Sharing["options"]): Plot.PlotOptions {
  const options = frameOptions(frame);
  return { ...options, x: { ...options.x, ...x }, y: { ...options.y, ...y } };
}
