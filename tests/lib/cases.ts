/**
 * What a row of the op table is, how it is checked, and the views that ops are applied to.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Device } from "../../kernels/device.ts";
import { broadcastTo, flip, reshape, run, slice, type Tensor, transpose } from "../../mod.ts";
import { assertClose, at, build, floats, type Naive, toTensor } from "./naive.ts";

/** One computation with what must come out. */
export interface Case {
  readonly title: string;
  readonly inputs: readonly Naive[];
  readonly compute: (...inputs: Tensor[]) => Tensor;
  readonly expected: Naive;
  /** The error allowed in float32, in units in the last place; 0, exact, unless given. */
  readonly ulps?: number;
  /** The same for a GPU where it differs: WGSL allows divisions 2.5 ulp, and square roots 4.5. */
  readonly gpuUlps?: number;
}

/** Computes all cases in one program of a device, and compares. */
export async function checkCases(
  name: string,
  cases: readonly Case[],
  device: Device,
): Promise<void> {
  const graphs = cases.map(({ inputs, compute }) => compute(...inputs.map(toTensor)));
  const results = run(graphs, device);
  for (const [i, { title, expected, ulps = 0, gpuUlps = ulps }] of cases.entries()) {
    const what = `${name} (${title})`;
    assertEquals(results[i].shape, expected.shape, `${what}: shape`);
    assertEquals(results[i].dtype, expected.dtype, `${what}: dtype`);
    const allowed = device.name === "webgpu" ? gpuUlps : ulps;
    assertClose(await results[i].read(), expected, allowed, device, what);
  }
}

/** The sizes that kernels get wrong: none, one, and either side of a workgroup or a vector loop. */
export const sizes: readonly number[] = [0, 1, 63, 64, 65, 1000];

/** A view of shape [7, 9], as an expression and as an index formula. */
export interface View {
  readonly title: string;
  readonly of: readonly number[];
  readonly tensor: (x: Tensor) => Tensor;
  readonly index: (i: number, j: number) => number[];
}

/** Views that are read at other strides than they are stored. */
export const views: readonly View[] = [
  { title: "transposed", of: [9, 7], tensor: (x) => transpose(x), index: (i, j) => [j, i] },
  {
    title: "sliced",
    of: [8, 22],
    tensor: (x) => slice(x, [1, 2], [7, 9], [1, 2]),
    index: (i, j) => [i + 1, 2 * j + 2],
  },
  { title: "flipped", of: [7, 9], tensor: (x) => flip(x), index: (i, j) => [6 - i, 8 - j] },
  { title: "row", of: [9], tensor: (x) => broadcastTo(x, [7, 9]), index: (_, j) => [j] },
  { title: "column", of: [7, 1], tensor: (x) => broadcastTo(x, [7, 9]), index: (i) => [i, 0] },
  {
    title: "refolded",
    of: [3, 21],
    tensor: (x) => reshape(transpose(x), [7, 9]),
    index: (i, j) => [(9 * i + j) % 3, Math.floor((9 * i + j) / 3)],
  },
];

/** What a view shows, as an array of its own. */
export const seen = (x: Naive, view: View): Naive =>
  build([7, 9], (i, j) => at(x, view.index(i, j)), x.dtype);

/** A case for every view: `expected` is told what the view shows. */
export const ofViews = (
  compute: (x: Tensor) => Tensor,
  expected: (x: Naive) => Naive,
  ulps = 0,
): Case[] =>
  views.map((view) => {
    const x = floats(view.of);
    return {
      title: view.title,
      inputs: [x],
      compute: (x) => compute(view.tensor(x)),
      expected: expected(seen(x, view)),
      ulps,
    };
  });
