/**
 * Comparisons of step times: growth against the work, and Echo against the VAE.
 *
 * @module
 */

import { type EchoCostRecord, type GrowthRecord, type StepRecord, stepTaskOf } from "./records.ts";
import { exponent } from "./statistics.ts";
import { MODEL_NAMES, stepFlops } from "./task.ts";

/**
 * The growth of step times along the batch and along the width, where at least two were measured.
 */
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

/** A growth in words. */
export const growthText = ({ model, along, exponent }: GrowthRecord): string =>
  `${MODEL_NAMES[model]} step with growing ${along}: time ∝ FLOPs^${exponent.toFixed(2)}`;

/** The time of each Echo step divided by that of the VAE step of the same batch and width. */
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

/** A cost in words. */
export const echoCostText = ({ batch, hidden, ratio }: EchoCostRecord): string =>
  `Echo step at batch ${batch}, width ${hidden}: ${ratio.toFixed(2)} × the time of a VAE step`;
