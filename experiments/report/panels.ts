/**
 * Small multiples: a panel for each group of runs, all of one scale, each with the other groups behind it in grey. So a curve is
 * told from others by its place, not by its colour.
 *
 * @module
 */

import type * as Plot from "@observablehq/plot";
import { plotText } from "../bench/svg.ts";
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

/** The panels, as many beside each other as there is room for. */
export function panelsMarkup(sharing: Sharing, panels: readonly Panel[]): Markup {
  const options = { ...SIZE, ...sharing.options };
  const behind = plotText({ ...options, axis: null, grid: false, marks: sharing.context });
  const [, inner] = behind.match(/^<svg[^>]*>(.*)<\/svg>$/s)!;
  const use = `<use href="#${sharing.id}"/>`;
  const figure = ({ name, text, marks }: Panel): Content => {
    const picture = plotText({ ...options, ariaLabel: `${name}: ${text}`, marks });
    return markup`<figure><figcaption><b>${name}</b> ${text}</figcaption>
${pictureMarkup(picture.replace(/^<svg[^>]*>/, (start) => start + use))}</figure>
`;
  };
  return markup`<svg class="parts" aria-hidden="true"><defs><g id="${sharing.id}">${
    trusted(inner)
  }</g></defs></svg>
<div class="panels">
${panels.map(figure)}</div>
`;
}

/** The element of a picture that has a text for those who do not see it. */
export const pictureMarkup = (svg: string): Markup =>
  trusted(svg.replace("<svg", '<svg role="img"'));
