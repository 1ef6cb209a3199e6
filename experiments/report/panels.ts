/**
 * Small multiples: a panel for each group of runs, all of one scale, each with the other groups behind it in grey. So a curve is
 * told from others by its place, not by its colour.
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import { DOMParser } from "linkedom";
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
  const behind = draw({ ...options, axis: null, grid: false, marks: sharing.context });
  const [, inner] = behind.match(/^<svg[^>]*>(.*)<\/svg>$/s)!;
  const use = `<use href="#${sharing.id}"/>`;
  const figure = ({ name, text, marks }: Panel): Content => {
    const picture = draw({ ...options, ariaLabel: `${name}: ${text}`, marks });
    return markup`<figure><figcaption><b>${name}</b> ${text}</figcaption>
${trusted(picture.replace(/^<svg[^>]*>/, (start) => start + use))}</figure>
`;
  };
  return markup`<svg class="parts" aria-hidden="true"><defs><g id="${sharing.id}">${
    trusted(inner)
  }</g></defs></svg>
<div class="panels">
${panels.map(figure)}</div>
`;
}

/** A plot as markup; its style sheet is the page's. */
function draw(options: Plot.PlotOptions): string {
  const document = new DOMParser().parseFromString("<html></html>", "text/html");
  const { outerHTML } = Plot.plot({ ...options, document });
  return outerHTML.replace(/<style>.*?<\/style>/s, "").replace("<svg", '<svg role="img"');
}
