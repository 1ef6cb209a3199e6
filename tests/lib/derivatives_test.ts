/**
 * Jacobians, Hessians and products with them against closed forms, in float64.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import * as g from "../../mod.ts";
import { ShapeError, type Tensor, tensor } from "../../mod.ts";
import { reference } from "../fixtures/devices.ts";
import { refusal, testRefusals } from "../fixtures/refusals.ts";

async function assertNear(x: Tensor, shape: readonly number[], expected: readonly number[]) {
  assertEquals(x.shape, shape);
  const values = await g.run(x, reference).read();
  assertEquals(values.length, expected.length);
  expected.forEach((y, i) =>
    assert(Math.abs(values[i] - y) < 1e-12, `${i}: ${values[i]}, not ${y}`)
  );
}

const [a, b] = [0.5, -1.25];
/** (x, y) ↦ (x²y, sin x, eʸ). */
const f = (x: Tensor) => {
  const [p, q] = [g.at(x, 0), g.at(x, 1)];
  return g.stack([g.mul(g.mul(p, p), q), g.sin(p), g.exp(q)]);
};
const J = [[2 * a * b, a * a], [Math.cos(a), 0], [0, Math.exp(b)]];
const point = tensor([a, b]);

Deno.test("the Jacobian, and its product with a vector", async () => {
  await assertNear(g.jacobian(f)(point), [3, 2], J.flat());
  const [y, slope] = g.jvp(f, point, tensor([3, -2]));
  await assertNear(y, [3], [a * a * b, Math.sin(a), Math.exp(b)]);
  await assertNear(slope, [3], J.map(([u, v]) => 3 * u - 2 * v));
});

Deno.test("the Jacobian of a matrix by a matrix has the axes of both", async () => {
  const x = tensor([[1, 2, 3], [4, 5, 6]]);
  const found = g.jacobian((x: Tensor) => g.transpose(x))(x);
  const expected = Array.from({ length: 36 }, (_, k) => {
    const [i, j, p, q] = [Math.floor(k / 12), Math.floor(k / 6) % 2, Math.floor(k / 3) % 2, k % 3];
    return Number(i === q && j === p);
  });
  await assertNear(found, [3, 2, 2, 3], expected);
});

/** Of x³y + sin(xy), with closed second derivatives. */
const h = (x: Tensor) => {
  const [p, q] = [g.at(x, 0), g.at(x, 1)];
  return g.add(g.mul(g.pow(p, 3), q), g.sin(g.mul(p, q)));
};
const [s, c] = [Math.sin(a * b), Math.cos(a * b)];
const mixed = 3 * a * a + c - a * b * s;
const H = [[6 * a * b - b * b * s, mixed], [mixed, -a * a * s]];

Deno.test("the Hessian, and its product with a vector", async () => {
  await assertNear(g.hessian(h)(point), [2, 2], H.flat());
  await assertNear(g.hvp(h, point, tensor([3, -2])), [2], H.map(([u, v]) => 3 * u - 2 * v));
});

Deno.test("jvp and hvp take trees", async () => {
  type Pair = { readonly u: Tensor; readonly v: Tensor };
  const product = ({ u, v }: Pair) => g.sum(g.mul(g.mul(u, u), v));
  const at: Pair = { u: tensor([1, 2]), v: tensor([3, 4]) };
  const along: Pair = { u: tensor([1, 0]), v: tensor([0, 1]) };
  const [, slope] = g.jvp(product, at, along);
  await assertNear(slope, [], [2 * 1 * 3 + 2 ** 2]);
  const { u, v } = g.hvp(product, at, along);
  await assertNear(u, [2], [2 * 3, 2 * 2]);
  await assertNear(v, [2], [2, 0]);
});

Deno.test("the gradient of any arguments", async () => {
  const f = (x: Tensor, n: number, y: Tensor) => g.mul(g.mul(g.mul(x, x), y), n);
  const [x, y] = [tensor(3), tensor(5)];
  await assertNear(g.grad(f)(x, 2, y), [], [60]);
  await assertNear(g.grad(f, { argument: 2 })(x, 2, y), [], [18]);
  const [value, [dy, dx]] = g.valueAndGrad(f, { argument: [2, 0] })(x, 2, y);
  await assertNear(value, [], [90]);
  await assertNear(dy, [], [18]);
  await assertNear(dx, [], [60]);
});

testRefusals([
  refusal(
    RangeError,
    "Cannot differentiate with respect to argument 1: there is 1, counted from 0",
    () => g.grad((x: Tensor) => x, { argument: 1 as 0 })(tensor(1)),
  ),
  refusal(ShapeError, "a scalar is needed", () => g.hessian(f)(point)),
  refusal(TypeError, "Cannot match trees", () => g.jvp((x: Tensor[]) => x[0], [point], [])),
]);
