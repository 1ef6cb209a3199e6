/**
 * The model card of a run: what it is, on which data it was trained, its numbers, and how it is
 * repeated and used.
 *
 * @module
 */

import type { Config } from "../config/config.ts";
import { isPath, namedSet } from "../data/datasets.ts";
import type { TestRecord } from "../outcome/conclusion.ts";
import { nats } from "../runs/progress.ts";
import { tableText } from "../shell/table.ts";
import { betaOf } from "../models/beta.ts";
import { hasDensity } from "../models/rules.ts";

/** What a card tells. */
export interface Carded {
  readonly name: string;
  readonly config: Config;
  readonly epochs: number;
  readonly test: TestRecord;
  /** The names of its pictures. */
  readonly pictures: readonly string[];
}

/** The card, in Markdown. */
export function cardText({ name, config, epochs, test, pictures }: Carded): string {
  const { latent, prior, encoder, decoder, batch, seed, loss } = config;
  const layers = (count: number) => `${count} hidden ${count === 1 ? "layer" : "layers"}`;
  const numbers = numbersOf(test);
  const columns = [
    { title: "on the test images", left: true, cell: ([what]: [string, string]) => what },
    { title: "value", cell: ([, value]: [string, string]) => value },
  ];
  return `# ${name}

An autoencoder that [echograd](https://jsr.io/@echograd/echograd) trained. The latent layer is
\`${latent.type}\` with ${latent.size} dimensions, ${
    hasDensity(config) ? `with the prior \`${prior.type}\`` : "which needs no prior"
  }, and the weight of the rate is
${betaOf(loss)}. The encoder has ${layers(encoder.length)}, the decoder ${
    layers(decoder.length)
  }. It was trained for ${epochs} ${epochs === 1 ? "epoch" : "epochs"} in batches of ${batch}
images, with the seed ${seed}. \`config.json\` has all settings.

## Data

${dataText(config)}

## Numbers

${tableText(columns, numbers)}

Rate, distortion and −ELBO are nats per image.

${pictures.map((file) => `![${file.replace(/\.png$/, "")}](${file})`).join("\n\n")}

## Use

\`\`\`sh
deno task sample --run ${name}.zip --count 100 --out samples.png
deno task train --config ${name}.zip    # train it again
\`\`\`

\`\`\`ts
import { loadRun } from "@echograd/echograd/runs";
const run = await loadRun("${name}.zip");
\`\`\`
`;
}

/** The numbers of a test, as text. */
function numbersOf({ losses, likelihood, activeUnits, parameters }: TestRecord) {
  const { rate, distortion, loss: _, ...terms } = losses;
  const all: Record<string, string | undefined> = {
    rate: nats(rate),
    distortion: nats(distortion),
    "−ELBO": nats(rate + distortion),
    ...Object.fromEntries(Object.entries(terms).map(([name, value]) => [name, nats(value)])),
    [`bound on −log p(x), ${likelihood?.samples} codes each`]: likelihood && nats(likelihood.nats),
    "active dimensions": activeUnits?.toString(),
    parameters: parameters?.toLocaleString("en"),
  };
  return Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
}

/** The data set and its licence. */
function dataText({ dataset, limit, binarize }: Config): string {
  const part = limit === undefined ? "" : ` The first ${limit} training images were taken.`;
  if (isPath(dataset)) {
    const file = dataset.replace(/^.*[\\/]/, "");
    return `Images of the trainer's own, \`${file}\`. Their licence is for the trainer to state.${part}`;
  }
  const { about, binarize: usual, source } = namedSet(dataset);
  const drawn = binarize === undefined || binarize === usual ? "" : `, binarize \`${binarize}\``;
  return `\`${dataset}\` (${about}${drawn}). Licence of the data: ${source.licence}.${part}`;
}
