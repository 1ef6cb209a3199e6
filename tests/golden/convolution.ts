/**
 * What PyTorch computed of convolutions and pools (convolution.py wrote it); arrays are text, which
 * values.ts reads.
 *
 * @module
 */
import type { ConvolutionOptions, PerAxis, WindowOptions } from "../../mod.ts";
import golden from "./convolution.json" with { type: "json" };

/** A convolution of integers: its value, its gradients, and theirs. */
type Convolution =
  & Readonly<Record<"x" | "k" | "y" | "dy" | "dx" | "dk" | "u" | "v", string>>
  & {
    readonly options: ConvolutionOptions;
    readonly size: readonly [number, number];
    readonly second: readonly [string, string, string];
  };

/** Pools of integers; means are times 144. */
type Pool = Readonly<Record<"x" | "dy" | "largest" | "means" | "d_largest" | "d_means", string>> & {
  readonly window: PerAxis;
  readonly options: WindowOptions;
};

interface Cases {
  readonly convolutions: readonly Convolution[];
  readonly pools: readonly Pool[];
}

const cases = golden as unknown as Cases;
/** Convolutions of small images. */
export const convolutions: readonly Convolution[] = cases.convolutions;
/** Pools of small images. */
export const pools: readonly Pool[] = cases.pools;
