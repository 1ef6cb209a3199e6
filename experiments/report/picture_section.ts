/**
 * The pictures of the runs.
 *
 * @module
 */

import { type Content, markup } from "./markup.ts";
import { dataUri, type Picture } from "./picture.ts";
import type { Section, Shown } from "./section.ts";

/** Reconstructions, samples and traversals of each group's first finished run. */
export function pictureSection(all: readonly Shown[]): Section | undefined {
  const some = all.filter(({ details: { reconstructions, samples, traversals } }) =>
    reconstructions ?? samples ?? traversals
  );
  if (some.length === 0) return undefined;
  const content =
    markup`<p>Reconstructions: each row of test images stands above the row of its reconstructions from noisy codes.
Samples: images decoded from noise alone. Traversals: the code of the first test image is decoded while one dimension moves from the
1st to the 99th percentile of all test codes. There is a row for each of the dimensions that change the image most.</p>
${some.map(pictures)}`;
  return { id: "pictures", title: "Pictures", content };
}

function pictures({ group, details }: Shown): Content {
  const { name, runs } = group;
  const { reconstructions, samples, traversals } = details;
  return markup`<h3>${name}</h3>
${runs.length > 1 ? markup`<p>Pictures of the run ${runs[0].name}.</p>` : ""}
<div class="pictures">
${figure(reconstructions, "Reconstructions", `Test images and reconstructions by ${name}`)}
${figure(samples, "Samples", `Images decoded from noise by ${name}`)}
${
    figure(
      traversals,
      "Traversals",
      `Images decoded from a code of ${name} while one dimension of the code moves`,
    )
  }
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
