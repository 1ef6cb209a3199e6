/**
 * `deno task explain`: shows what the training step of a config becomes.
 *
 * @module
 */

import { explain, key, openDevice, type Tensor, tensor, zeros } from "../../mod.ts";
import { viewNames } from "../../lib/seeing/explain.ts";
import { findConfig, withChanges } from "../config/source.ts";
import { imageSizeOf } from "../data/datasets.ts";
import { makeModel } from "../models/model.ts";
import { pixelsOf } from "../models/networks.ts";
import { emptyTrace } from "../outcome/trace.ts";
import type { TrainingState } from "../runs/checkpoint.ts";
import { helpText, parseFlags } from "../shell/flags.ts";
import { main, print } from "../shell/program.ts";
import { makeLearner } from "../training/learner.ts";

const FLAGS = {
  config: {
    type: "text",
    value: "<name, file or JSON>",
    default: "echo",
    help: "the experiment: a name in experiments/configs, a file, or JSON",
  },
  as: {
    type: "text",
    value: "<view>",
    default: "program",
    allowed: viewNames(),
    help: `what to show: ${viewNames().join(", ")}`,
  },
  dataset: {
    type: "text",
    value: "<name or path>",
    help: "the data set, which decides the size of an image (default: the config's)",
  },
  device: {
    type: "text",
    value: "<name>",
    default: "cpu",
    allowed: ["cpu", "reference"] as const,
    help: "whose program to show; the reference device runs one op a kernel",
  },
  help: { type: "boolean", help: "print this help" },
} as const;

const USAGE = `deno task explain [flags]

Show what the training step of a config becomes: its kernels, formulas, code, memory or costs.
No data set is loaded, no step is run, and no GPU is needed.

  deno task explain --config vae                # the kernels
  deno task explain --config vae --as formula   # as mathematics
  deno task explain --config vae --as wgsl      # as the code that a GPU runs`;

/** The steps of an epoch: a number in the schedules, on which no kernel depends. */
const STEPS = 500;

if (import.meta.main) await main(command);

/** Prints a view of the training step of a config. */
export async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  const { config: found } = await findConfig(given.config);
  const config = withChanges(found, { dataset: given.dataset });
  const size = imageSizeOf(config.dataset), pixels = pixelsOf(size);
  const model = makeModel(config, size);
  const device = await openDevice(given.device, given.device === "cpu" ? { threads: 1 } : {});
  const redraw = config.binarize === "batch";
  const learner = makeLearner(config, model, STEPS, device, { redraw });
  const state = learner.init(key(0), zeros([learner.examples, pixels]));
  const step = (
    state: TrainingState,
    trace: Tensor,
    images: Tensor,
    index: Tensor,
    key: Tensor,
  ) => learner.step(state, trace, images, index, key);
  const text = explain(step, { as: given.as, device, donate: [0, 1] })(
    state,
    emptyTrace(1, learner.names),
    zeros([config.batch, pixels]),
    tensor(0, { dtype: "int32" }),
    key(1),
  );
  device.close();
  print(text);
}
