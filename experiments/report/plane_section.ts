/**
 * The rate–distortion plane of each data set.
 *
 * @module
 */

import { type Content, markup, trusted } from "./markup.ts";
import { type PlanePoint, rateDistortionPlot } from "./rate_distortion_plot.ts";
import { byDataSet, type Section, type Shown } from "./section.ts";

/** A plane for each data set, with a point for each group of finished runs. */
export function planeSection(all: readonly Shown[]): Section | undefined {
  const planes = byDataSet(all)
    .map(([dataset, shown]) => ({ dataset, points: shown.flatMap(pointOf) }))
    .filter(({ points }) => points.length > 0);
  if (planes.length === 0) return undefined;
  const content =
    markup`<p>Means over the seeds of finished runs on test images, with standard errors. A curve joins runs that differ
only in β, a dotted line joins points of equal β, and a grey line is where −ELBO has one value; lower is better.</p>
${planes.map(plane)}`;
  return { id: "plane", title: "Rate–distortion plane", content };
}

/** The point of a group; none if no run is finished or β is unknown. */
function pointOf({ curve, summary: { split, beta, rate, distortion } }: Shown): PlanePoint[] {
  return split === "test" && beta !== undefined ? [{ curve, beta, rate, distortion }] : [];
}

function plane({ dataset, points }: { dataset: string; points: PlanePoint[] }): Content {
  const betas = new Set(points.map(({ beta }) => beta));
  const caption = betas.size > 1 ? dataset : `${dataset}, β = ${[...betas]}`;
  return markup`<figure class="plane"><figcaption>${caption}</figcaption>
<div class="scroll" role="region" aria-label="Rate–distortion plane of ${dataset}" tabindex="0">
${trusted(rateDistortionPlot(points).replace("<svg", '<svg role="img"'))}</div></figure>
`;
}
