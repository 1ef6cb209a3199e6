/**
 * The pictures of the runs: reconstructions as columns beside the same test images, samples, and
 * traversals.
 *
 * @module
 */

import type { Grid } from "../outcome/image_grid.ts";
import type { DimensionRates } from "../models/latent.ts";
import { swatch } from "./curve_style.ts";
import { type Content, markup, trusted } from "./markup.ts";
import { contactSheet, dataUri, imagesOf, type Picture } from "./picture.ts";
import type { Section, Shown } from "./section.ts";

/** A grid of images, with the rows of a picture of a run. */
interface Sheet {
  readonly grid: Grid;
  readonly rows: readonly (readonly Uint8Array[])[];
}

/** The number of test images below each other. */
const TALL = 10;
/** The number of columns of reconstructions that fit side by side. */
const WIDE = 17;
/** The images of the samples that are shown. */
const SAMPLES = { columns: 5, rows: 4 };
/** The images of a traversal that are shown, from its first to its last, and the dimensions. */
const TRAVERSALS = { columns: 5, rows: 6 };
/** The side of a shown image, in pixels of the screen. */
const SIDE = 56;
/** The pixels between two images. */
const GAP = 2;

/** Reconstructions, samples and traversals of each group's first run. */
export function pictureSection(all: readonly Shown[]): Section | undefined {
  const reconstructed = all.filter(({ details }) => details.reconstructions);
  const sampled = all.filter(({ details }) => details.samples);
  const traversed = all.filter(({ details }) => details.traversals);
  if (reconstructed.length + sampled.length + traversed.length === 0) return undefined;
  const many = all.some(({ group }) => group.runs.length > 1);
  const content = markup`${
    many
      ? markup`<p>Where runs share a row of the summary, the pictures are of the run with the first seed.</p>`
      : ""
  }
${
    part(
      reconstructed,
      "Reconstructions",
      markup`Test images at the left, and beside them the images that each run decodes from their noisy codes.`,
      reconstructions,
    )
  }
${
    part(sampled, "Samples", markup`Images decoded from noise alone.`, (shown) =>
      panels(shown, samples))
  }
${
    part(
      traversed,
      "Traversals",
      markup`The code of the first test image, decoded while one dimension moves from the 1st to the 99th percentile of
all test codes. The rows are the dimensions that change the image most, counted from 0 as in codes.safetensors, with their rates in
nats (≤ where only a bound is known).`,
      (shown) => panels(shown, traversals),
    )
  }`;
  return { id: "pictures", title: "Pictures", content };
}

function part(
  shown: readonly Shown[],
  title: string,
  text: Content,
  content: (shown: readonly Shown[]) => Content,
): Content {
  if (shown.length === 0) return undefined;
  return markup`<h3>${title}</h3>
<p>${text}</p>
${content(shown)}`;
}

/** The images of a picture; undefined if its file does not say where they are. */
function sheetOf(picture: Picture): Sheet | undefined {
  const { grid } = picture;
  return grid && { grid, rows: imagesOf(picture, grid) };
}

/** The runs that show the same test images, side by side; whole pictures where that is unknown. */
function reconstructions(all: readonly Shown[]): Content {
  const known = all.flatMap((shown) => {
    const sheet = sheetOf(shown.details.reconstructions!);
    if (sheet === undefined) return [];
    // A row of test images stands above the row of their reconstructions.
    const row = (parity: number) => sheet.rows.filter((_, i) => i % 2 === parity).flat();
    return [{ shown, grid: sheet.grid, truth: row(0), images: row(1) }];
  });
  const sets = Map.groupBy(known, ({ truth }) => truth.map(String).join(";"));
  const others = all.filter(({ details }) => details.reconstructions!.grid === undefined);
  const blocks = [...sets.values()].map((columns) => {
    const { truth, grid } = columns[0];
    const shown = [
      { name: ["test images"] as Content, alt: "Test images", images: truth },
      ...columns.map(({ shown, images }) => ({
        name: nameOf(shown),
        alt: `Reconstructions by ${shown.group.name}`,
        images,
      })),
    ];
    const fit = Math.max(1, Math.floor(WIDE / shown.length));
    const starts = Array.from(
      { length: Math.min(fit, Math.ceil(truth.length / TALL)) },
      (_, i) => i * TALL,
    );
    return markup`<div class="sheet">
${
      starts.map((start) =>
        markup`<div class="scroll" role="region" aria-label="Reconstructions" tabindex="0"><div class="columns">
${
          shown.map(({ name, alt, images }) =>
            markup`<figure><figcaption>${name}</figcaption>
${imagesMarkup(grid, images.slice(start, start + TALL), 1, alt)}</figure>
`
          )
        }</div></div>
`
      )
    }</div>
`;
  });
  return [
    blocks,
    others.length === 0 ? "" : panels(others, ({ details, group }) =>
      pictureMarkup(
        details.reconstructions!,
        `Test images above their reconstructions by ${group.name}`,
      )),
  ];
}

/** A figure for each group. */
const panels = (all: readonly Shown[], content: (shown: Shown) => Content): Content =>
  markup`<div class="panels pictures">
${
    all.map((shown) =>
      markup`<figure><figcaption><b>${nameOf(shown)}</b></figcaption>
${content(shown)}</figure>
`
    )
  }</div>
`;

const nameOf = ({ style, group }: Shown): Content => [
  trusted(swatch(style)),
  // A line may break after an underscore.
  group.name.split(/(?<=_)/).map((word) => [word, trusted("<wbr>")]),
];

function samples({ details, group }: Shown): Content {
  const alt = `Images decoded from noise by ${group.name}`;
  const sheet = sheetOf(details.samples!);
  if (sheet === undefined) return pictureMarkup(details.samples!, alt);
  const { columns, rows } = SAMPLES;
  return imagesMarkup(sheet.grid, sheet.rows.flat().slice(0, columns * rows), columns, alt);
}

function traversals({ details, group }: Shown): Content {
  const alt = `Images decoded from a code of ${group.name} while one dimension of the code moves`;
  const sheet = sheetOf(details.traversals!);
  const dimensions = sheet?.grid.dimensions;
  if (sheet === undefined || dimensions === undefined) {
    return pictureMarkup(details.traversals!, alt);
  }
  const shown = sheet.rows.slice(0, TRAVERSALS.rows);
  const images = shown.flatMap((row) => evenly(row, TRAVERSALS.columns));
  const columns = images.length / shown.length;
  return markup`<div class="rows"><ul>${
    shown.map((_, i) => markup`<li>${dimensionText(dimensions[i], details.rates)}</li>`)
  }</ul>
${imagesMarkup(sheet.grid, images, columns, alt)}</div>`;
}

/** At most `count` elements of a list, from the first to the last. */
function evenly<T>(list: readonly T[], count: number): readonly T[] {
  if (list.length <= count) return list;
  return Array.from(
    { length: count },
    (_, i) => list[Math.round(i * (list.length - 1) / (count - 1))],
  );
}

function dimensionText(dimension: number, rates?: DimensionRates): Content {
  const nats = rates?.nats[dimension];
  const bound = rates?.measure === "bound" ? "≤ " : "";
  return [markup`<b>z${dimension}</b>`, nats === undefined ? "" : ` ${bound}${nats.toFixed(2)}`];
}

/** Some images below and beside each other, each pixel a square of whole pixels of the screen. */
function imagesMarkup(
  grid: Grid,
  images: readonly Uint8Array[],
  columns: number,
  alt: string,
): Content {
  const sheet = contactSheet(grid, images, { columns, gap: GAP });
  const zoom = Math.max(1, Math.round(SIDE / grid.width));
  return pictureMarkup(sheet, alt, zoom);
}

const pictureMarkup = (picture: Picture, alt: string, zoom = 1): Content =>
  markup`<img src="${dataUri(picture)}" width="${zoom * picture.width}" height="${
    zoom * picture.height
  }" alt="${alt}">`;
