/**
 * The pictures of a report.
 *
 * @module
 */

import { type Content, markup } from "./markup.ts";
import { dataUri, type Picture } from "./picture.ts";
import type { Section, Shown } from "./sections.ts";

/** Reconstructions, samples and traversals of each group's first finished run. */
export function pictureSection(all: readonly Shown[]): Section | undefined {
  const some = all.filter(({ details: { reconstructions, samples, traversals } }) =>
    reconstructions ?? samples ?? traversals
  );
  if (some.length === 0) return undefined;
  const content =
    markup`<p>Reconstructions: rows of test images, each above the row of what the decoder makes of their noisy
codes. Samples: images decoded from noise alone. Traversals: the code of the first of the test images, decoded while one of its
numbers goes from the 1st to the 99th percentile of all test codes; a row for each of the numbers, those that change the image most.</p>
${some.map(pictures)}`;
  return { id: "pictures", title: "Pictures", content };
}

function pictures({ group, details }: Shown): Content {
  const { name, runs } = group;
  const { reconstructions, samples, traversals } = details;
  return markup`<h3>${name}</h3>
${runs.length > 1 ? markup`<p>Of the run ${runs[0].name}.</p>` : ""}
<div class="pictures">
${figure(reconstructions, "Reconstructions", `Test images and reconstructions by ${name}`)}
${figure(samples, "Samples", `Images decoded from noise by ${name}`)}
${figure(traversals, "Traversals", `A code of ${name}, decoded while one number of it is changed`)}
</div>
`;
}

function figure(picture: Picture | undefined, caption: string, alt: string): Content {
  if (picture === undefined) {
    return markup`<figure><figcaption>${caption}: none</figcaption></figure>`;
  }
  const { width, height } = picture;
  return markup`<figure><figcaption>${caption}</figcaption>
<img src="${dataUri(picture)}" width="${width}" height="${height}" alt="${alt}"></figure>`;
}
