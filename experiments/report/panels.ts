/**
 * Small multiples: a panel for each group of runs. All panels share one scale, and each shows the
 * other groups in grey behind its own. Readers tell curves apart by their panel, not by colour.
 *
 * @module
 */

import type * as Plot from "@observablehq/plot";
import { plotText } from "../formats/svg.ts";
import { type Content, type Markup, markup, trusted } from "./markup.ts";

/** The panel of a group. */
export interface Panel {
  /** The heading of the panel. */
  readonly name: string;
  /** The numbers that the picture shows, also read aloud by screen readers. */
  readonly text: string;
  readonly marks: Plot.Markish[];
}

/** What all panels of a section share. */
export interface Sharing {
  /** An anchor that is unique on the page. */
  readonly id: string;
  /** Scales and margins. */
  readonly options: Plot.PlotOptions;
  /** The marks behind every panel; they are drawn once and used by all. */
  readonly context: Plot.Markish[];
}

// All four are set, so that pictures with and without axes have the same scales.
const MARGINS = { marginTop: 20, marginRight: 12, marginBottom: 32, marginLeft: 40 };
const SIZE = { width: 300, height: 190, ...MARGINS };

/** Matches an SVG element and captures what is inside. */
const SVG = /^<svg[^>]*>(.*)<\/svg>$/s;
const FONT = trusted('text-anchor="middle" font-size="10" fill="currentColor"');

/** The panels, side by side as far as there is room. */
export function panelsMarkup({ id, options, context }: Sharing, panels: readonly Panel[]): Markup {
  const draw = (more: Plot.PlotOptions) => plotText({ ...SIZE, ...options, ...more });
  const [, behind] = draw({ axis: null, grid: false, marks: context }).match(SVG)!;
  const figure = ({ name, text, marks }: Panel): Content => {
    const [, inner] = draw({ marks }).match(SVG)!;
    return markup`<figure><figcaption><b>${name}</b> ${text}</figcaption>
<svg role="img" aria-label="${name}: ${text}" viewBox="0 0 ${SIZE.width} ${SIZE.height}" ${FONT}>
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
