/**
 * How the times of steps compare: whether they grow in proportion to the work, and what Echo costs.
 *
 * @module
 */

import { type EchoCostRecord, type GrowthRecord, type StepRecord, stepTaskOf } from "./records.ts";
import { exponent } from "./statistics.ts";
import { MODEL_NAMES, stepFlops } from "./task.ts";

/** How times of one device grow along the batch and along the width, wherever there are two of them. */
export function growth(steps: readonly StepRecord[]): GrowthRecord[] {
  const { batch, hidden, device } = steps[0];
  return (["vae", "echo"] as const).flatMap((model) => {
    const own = steps.filter((step) => stepTaskOf(step).model === model);
    const fit = (along: GrowthRecord["along"], some: StepRecord[]): GrowthRecord[] => {
      if (some.length < 2) return [];
      const work = some.map((step) => stepFlops(stepTaskOf(step)));
      const slope = exponent(work, some.map((step) => step.median_ms));
      return [{ name: "growth", device, model, along, exponent: Number(slope.toFixed(3)) }];
    };
    return [
      ...fit("batch", own.filter((step) => step.hidden === hidden)),
      ...fit("width", own.filter((step) => step.batch === batch)),
    ];
  });
}

/** A growth in a sentence. */
export const growthText = ({ model, along, exponent }: GrowthRecord): string =>
  `${MODEL_NAMES[model]} step along the ${along}: time ∝ FLOPs^${exponent.toFixed(2)}`;

/** What an Echo step costs, in VAE steps of the same batch and width. */
export const echoCosts = (steps: readonly StepRecord[]): EchoCostRecord[] =>
  steps.flatMap((echo) => {
    const { device, batch, hidden } = echo;
    if (echo.name !== "echo-step") return [];
    return steps
      .filter((vae) => vae.name === "vae-step" && vae.batch === batch && vae.hidden === hidden)
      .map((vae) => {
        const ratio = Number((echo.median_ms / vae.median_ms).toFixed(3));
        return { name: "echo-cost", device, batch, hidden, ratio };
      });
  });

/** A cost in a sentence. */
export const echoCostText = ({ batch, hidden, ratio }: EchoCostRecord): string =>
  `Echo step at batch ${batch}, width ${hidden}: ${ratio.toFixed(2)} VAE steps`;
