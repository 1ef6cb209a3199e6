/**
 * Jacobians by vector-Jacobian products, and what the tests of autoregressive networks share.
 *
 * @module
 */
import type { Device } from "../../kernels/device.ts";
import {
  broadcastTo,
  cast,
  equal,
  iota,
  key,
  mul,
  normal,
  run,
  split,
  type Tensor,
  treeLeaves,
  treeUnflatten,
  vjp,
} from "../../mod.ts";

/** The Jacobian at a point x, [1, n], of a function of rows [batch, n] to [batch, m]: m lists of n numbers. */
export async function jacobian(
  f: (x: Tensor) => Tensor,
  x: Tensor,
  device: Device,
): Promise<number[][]> {
  const n = x.shape[1], m = f(x).shape[1];
  // Each row of a batch of equal ones pulls back one output.
  const [, pullback] = vjp(f, broadcastTo(x, [m, n]));
  const identity = cast(equal(iota([m, m], 0), iota([m, m], 1)), "float32");
  const rows = await run(pullback(identity)[0], device).read();
  return Array.from({ length: m }, (_, i) => [...rows.slice(i * n, (i + 1) * n)]);
}

/** log |det A|, by elimination with row exchanges. */
export function logDeterminant(matrix: readonly (readonly number[])[]): number {
  const a = matrix.map((row) => [...row]);
  let sum = 0;
  for (let k = 0; k < a.length; k++) {
    const size = (i: number) => Math.abs(a[i][k]);
    let pivot = k;
    for (let i = k + 1; i < a.length; i++) if (size(i) > size(pivot)) pivot = i;
    [a[k], a[pivot]] = [a[pivot], a[k]];
    sum += Math.log(size(k));
    for (let i = k + 1; i < a.length; i++) {
      const factor = a[i][k] / a[k][k];
      for (let j = k; j < a.length; j++) a[i][j] -= factor * a[k][j];
    }
  }
  return sum;
}

/** Parameters of the same form, all of them normal with a scale: none is close to what training begins with. */
export function wild<P>(params: P, seed: number, scale = 0.5): P {
  const leaves = treeLeaves(params) as Tensor[];
  const keys = split(key(seed), leaves.length);
  return treeUnflatten(params, leaves.map(({ shape }, i) => mul(normal(keys[i], shape), scale)));
}
