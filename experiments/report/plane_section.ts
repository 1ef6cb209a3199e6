/**
 * The rate–distortion plane of each data set, and the distances of its curves.
 *
 * @module
 */

import { measuredText } from "../laboratory/statistics/measured.ts";
import { baseOf, curveDistance, type CurveRun } from "./bjontegaard.ts";
import { byName, type CurveStyle, swatch } from "./curve_style.ts";
import { floorOf } from "./floor.ts";
import { type Content, markup, trusted } from "./markup.ts";
import { type PlanePoint, rateDistortionPlot } from "./rate_distortion_plot.ts";
import { byDataSet, type Section, type Shown } from "./section.ts";
import { tableMarkup } from "./table.ts";

/**
 * The sizes in which a plane is drawn; the style sheet shows the one that fits, so that its text
 * keeps its size.
 */
const SIZES = [
  { name: "wide", width: 820, height: 560 },
  { name: "narrow", width: 358, height: 400 },
];

/**
 * A plane for each data set, with a point for each group of finished runs.
 *
 * @param base as in {@linkcode reportPage}
 */
export function planeSection(all: readonly Shown[], base?: string): Section | undefined {
  const planes = byDataSet(all)
    .map(([dataset, shown]) => ({ dataset, shown, points: shown.flatMap(pointOf) }))
    .filter(({ points }) => points.length > 0);
  if (planes.length === 0) return undefined;
  const styles = new Map(all.map(({ curve, style }) => [curve, style]));
  const content =
    markup`<p>Means over the seeds of finished runs on test images, with standard errors. A curve joins runs that differ
only in β, a dotted line joins points of equal β, and a grey line is where −ELBO has one value; lower is better.</p>
${
      planes.map(({ dataset, shown, points }) =>
        markup`<div class="plane">
${plane(dataset, points, styles)}
${distances(shown, styles, base)}</div>
`
      )
    }`;
  return { id: "plane", title: "Rate–distortion plane", content };
}

/** The point of a group; none if no run is finished or β is unknown. */
function pointOf(
  { group, curve, summary: { split, beta, rate, distortion } }: Shown,
): PlanePoint[] {
  if (split !== "test" || beta === undefined) return [];
  return [{ curve, beta, rate, distortion, floor: floorOf(group)?.total }];
}

function plane(
  dataset: string,
  points: readonly PlanePoint[],
  styles: ReadonlyMap<string, CurveStyle>,
): Content {
  const betas = new Set(points.map(({ beta }) => beta));
  const caption = betas.size > 1 ? dataset : `${dataset}, β = ${[...betas]}`;
  return markup`<figure><figcaption>${caption}</figcaption>
${
    SIZES.map(({ name, ...size }) =>
      trusted(
        rateDistortionPlot(points, { ...size, styles })
          .replace("<svg", `<svg role="img"`)
          .replace(/class="[^"]*"/, `class="${name}"`),
      )
    )
  }</figure>`;
}

/** The distances of the curves from a base; undefined if there is one curve, or one β. */
function distances(
  shown: readonly Shown[],
  styles: ReadonlyMap<string, CurveStyle>,
  wanted?: string,
): Content {
  const curves = Map.groupBy(shown.flatMap(runsOf), ({ curve }) => curve);
  const names = [...curves.keys()].sort(byName);
  const base = wanted !== undefined && curves.has(wanted) ? wanted : baseOf(names);
  const rows = names.filter((name) => name !== base)
    .map((name) => ({ name, ...curveDistance(curves.get(name)!, curves.get(base)!) }));
  if (shown.every(({ summary: { beta } }) => beta === shown[0].summary.beta)) return undefined;
  if (rows.length === 0) return undefined;
  type Row = typeof rows[number];
  return markup`<div>
${
    tableMarkup(`Distances from ${base}, in nats per image`, [
      {
        title: "curve",
        isText: true,
        cell: ({ name }: Row) => [trusted(swatch(styles.get(name)!)), name],
      },
      { title: "Δ distortion", cell: ({ distortion }) => distortion && measuredText(distortion) },
      { title: "Δ rate", cell: ({ rate }) => rate && measuredText(rate) },
    ], rows)
  }
<p class="note">Bjøntegaard’s deltas: the mean difference of distortion over the rates that both curves cover, and of
rate over the distortions that both cover. Between its points a curve is a piecewise cubic, monotone where the points are. Less is
better; a dash means that there is no common range.</p></div>`;
}

/** The finished runs of a group as points of its curve. */
function runsOf(
  { curve, group: { runs }, summary: { beta } }: Shown,
): (CurveRun & { curve: string })[] {
  return runs.flatMap(({ config, test }) =>
    config === undefined || test === undefined || beta === undefined
      ? []
      : [{ ...{ curve, beta, seed: config.seed }, ...test.losses }]
  );
}
