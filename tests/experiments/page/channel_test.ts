/**
 * The channel and the expressions of the page.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { add, key, matmul, normal, softplus } from "../../../mod.ts";
import { type ChannelSettings, viewChannel } from "../../../experiments/page/channel.ts";
import { verdict } from "../../../experiments/page/channel_tab.ts";
import { tensorsAtHand, viewExpression } from "../../../experiments/page/compiler.ts";
import { densityOf } from "../../../experiments/page/density.ts";
import { ExpressionError, parseExpression } from "../../../experiments/page/expression.ts";
import { asTensor } from "../../../experiments/page/operations.ts";

const RIGHT: ChannelSettings = {
  ...{ dimensions: 1, shape: "linear", gain: 1, scale: 0.5, varies: false, echoes: 40 },
  ...{ self: false, apart: false, mismatch: 1 },
};

Deno.test("page: f(x) = x and S = ½ have log 2 nats, and all three numbers say so", async () => {
  for (const dimensions of [1, 2]) {
    const { formula, neighbours, infoNce, z, noise } = await viewChannel({ ...RIGHT, dimensions });
    assertAlmostEquals(formula, dimensions * Math.log(2), 1e-5);
    assertAlmostEquals(neighbours.nats, formula, 0.12);
    assert(infoNce < formula + 0.1 && infoNce > formula - 0.25 * dimensions, `${infoNce}`);
    // The variance of the code is 1 + ¼·4/3 = 4/3, and so is that of the noise.
    for (const draws of [z, noise]) {
      const variance = draws.reduce((sum, value) => sum + value ** 2, 0) / draws.length;
      assertAlmostEquals(variance, 4 / 3, 0.15);
    }
  }
});

Deno.test("page: the verdict blames no formula for what the estimates miss", () => {
  const about = (dimensions: number, formula: number, nats: number, infoNce: number) =>
    verdict({ dimensions, formula, infoNce, neighbours: { nats, standardError: 0.03 } });
  assertMatch(about(1, 0.69, 0.7, 0.65), /agrees/);
  // InfoNCE is a bound from below: the larger estimate counts.
  assertMatch(about(1, 1.77, 1.5, 1.74), /agrees/);
  assertMatch(about(2, 1.39, 1.16, 1.11), /0\.23 nats above .* fails/);
  assertMatch(about(2, 5.99, 4.27, 4.76), /say little/);
  assertMatch(about(2, 3.5, 4.1, 3.1), /0\.60 nats below .* fails/);
});

Deno.test("page: the formula fails where it must, on the side that is known", async () => {
  const off = async (wrong: Partial<ChannelSettings>) => {
    const { formula, neighbours } = await viewChannel({ ...RIGHT, ...wrong });
    return formula - neighbours.nats;
  };
  // One echo: Z is N(0, 1 + .81) and Z given X is N(X, .81): ½ log (1.81/.81) = .402, not .105.
  assertAlmostEquals(await off({ scale: 0.9, echoes: 1 }), 0.105 - 0.402, 0.08);
  // Itself: z = (1 + S)·x + S²·ε has ½ log (1 + 2.25 ÷ (1/16 · 4/3)) = 1.67 nats.
  assertAlmostEquals(await off({ self: true }), 0.693 - 1.666, 0.15);
  // Echoes of each dimension: the code is correlated, its noise is not.
  assert(await off({ dimensions: 2, apart: true }) > 0.1);
  assertAlmostEquals(await off({ mismatch: 1.5 }), -Math.log(1.5), 0.12);
});

Deno.test("page: a density of draws sums to 1 and is that of a Gaussian", async () => {
  const draws = await normal(key(0), [20_000]).read();
  const density = densityOf(draws, 1);
  let sum = 0;
  for (let x = -6; x < 6; x += 0.01) sum += 0.01 * Math.exp(density([x]));
  assertAlmostEquals(sum, 1, 0.01);
  for (const x of [-1, 0, 1.5]) {
    assertAlmostEquals(density([x]), -0.5 * x * x - 0.5 * Math.log(2 * Math.PI), 0.1);
  }
});

Deno.test("page: an expression is what its calls compute", async () => {
  const all = tensorsAtHand(), names = Object.keys(all);
  const valueOf = (text: string) => asTensor(parseExpression(text, names)(all)).read();
  assertEquals(await valueOf("1 + 2 * 3 - -4 / 2"), Float32Array.of(9));
  assertEquals(await valueOf("(1 + 2) * 3e0"), Float32Array.of(9));
  const expected = await softplus(add(matmul(all.A, all.B), all.b)).read();
  assertEquals(await valueOf("softplus(matmul(A, B) + b)"), expected);
  assertEquals(await valueOf("grad(sum(x * y), x)"), await all.y.read());
});

Deno.test("page: what is wrong with an expression is a sentence", async () => {
  const parse = (text: string) => parseExpression(text, ["x", "y"]);
  for (
    const [text, what] of [
      ["x +", "expected a number, a tensor or a call, but found the end"],
      ["(x", "expected “)”, but found the end"],
      ["x y", "“y” is one too many"],
      ["x ^ 2", "“^” has no meaning"],
      ["sin", "it is a function: sin(…)"],
      ["z", "there is no tensor z; there are x, y"],
      ["sinus(x)", "there is no function sinus"],
      ["matmul(x)", "matmul takes 2 arguments, but has 1"],
      ["grad(x, 2)", "grad takes a scalar and one of x, y"],
    ]
  ) assertThrows(() => parse(text), ExpressionError, what, text);
  const view = await viewExpression("matmul(A, A)");
  assert("problem" in view && view.problem.startsWith("Cannot matmul [16, 8] by [16, 8]"));
});

Deno.test("page: an expression is shown in all views", async () => {
  const view = await viewExpression("sin(x) * 0.5");
  assert("views" in view);
  assertEquals(view.shape, [8]);
  assert(view.views.formula.includes("sin(x[i])"), view.views.formula);
  for (const text of Object.values(view.views)) assert(text.length > 50, text);
});
