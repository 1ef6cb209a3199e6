/**
 * Small multiples: a panel for each group of runs, all of one scale, each with the other groups behind it in grey. So a curve is
 * told from others by its place, not by its colour.
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
  /** The numbers that the picture shows, in words: for those who do not see it too. */
  readonly text: string;
  readonly marks: Plot.Markish[];
}

/** What panels share. */
export interface Sharing {
  /** Of no other panels on the page. */
  readonly id: string;
  /** Scales and margins. */
  readonly options: Plot.PlotOptions;
  /** What lies behind every panel; drawn once. */
  readonly context: Plot.Markish[];
}

// All of them are given, so that pictures with and without axes have the same scales.
const MARGINS = { marginTop: 20, marginRight: 12, marginBottom: 32, marginLeft: 40 };
const SIZE = { width: 300, height: 190, ...MARGINS };

/** What is inside a picture. */
const SVG = /^<svg[^>]*>(.*)<\/svg>$/s;
const FONT = trusted('text-anchor="middle" font-size="10" fill="currentColor"');

/** The panels, as many beside each other as there is room for. */
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
