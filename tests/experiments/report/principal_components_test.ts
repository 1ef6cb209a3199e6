/**
 * Principal components, against points whose directions are known.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "../../fixtures/property.ts";
import { principalComponents } from "../../../experiments/report/principal_components.ts";

Deno.test("points on an ellipse have its axes as components, in any plane and about any mean", () => {
  const number = fc.double({ min: -1, max: 1, noNaN: true });
  const vector = fc.array(number, { minLength: 5, maxLength: 5 });
  fc.assert(fc.property(vector, vector, vector, (a, b, centre) => {
    const length = (v: number[]) => Math.hypot(...v);
    if (length(a) < 0.1) return;
    const u = a.map((value) => value / length(a));
    const along = b.reduce((sum, value, j) => sum + value * u[j], 0);
    const rest = b.map((value, j) => value - along * u[j]);
    if (length(rest) < 0.1) return;
    const v = rest.map((value) => value / length(rest));
    const count = 24, angle = (i: number) => 2 * Math.PI * i / count;
    // 3 cos t · u + sin t · v: variances 9/2 and 1/2, so 90 % and 10 %.
    const values = Array.from(
      { length: count },
      (_, i) =>
        u.map((_, j) => centre[j] + 3 * Math.cos(angle(i)) * u[j] + Math.sin(angle(i)) * v[j]),
    ).flat();
    const { points, fractions } = principalComponents(values, count, 5);
    assertAlmostEquals(fractions[0], 0.9, 1e-6);
    assertAlmostEquals(fractions[1], 0.1, 1e-6);
    points.forEach(([x, y], i) => {
      assertAlmostEquals(Math.abs(x), Math.abs(3 * Math.cos(angle(i))), 1e-4);
      assertAlmostEquals(Math.abs(y), Math.abs(Math.sin(angle(i))), 1e-4);
    });
  }));
});

Deno.test("of independent columns, the two widest are found, also among many of nearly equal width", () => {
  // ±width along each axis in turn: the covariance is diagonal.
  const widths = [1, 5, 2, 4, 1.5, 3.9];
  const values = widths.flatMap((width, i) =>
    [width, -width].flatMap((value) => widths.map((_, j) => i === j ? value : 0))
  );
  const { points, fractions } = principalComponents(values, 12, 6);
  const total = widths.reduce((sum, width) => sum + width ** 2, 0);
  assertAlmostEquals(fractions[0], 25 / total, 1e-6);
  assertAlmostEquals(fractions[1], 16 / total, 1e-3);
  assertAlmostEquals(points[2][0], 5, 1e-3);
  assertAlmostEquals(points[3][0], -5, 1e-3);
});

Deno.test("points on a line have one component, equal points none", () => {
  const line = principalComponents([0, 0, 1, 2, 2, 4], 3, 2);
  assertAlmostEquals(line.fractions[0], 1, 1e-9);
  assertEquals(line.points.map(([, y]) => Math.abs(y) < 1e-9), [true, true, true]);
  const same = principalComponents([7, 7, 7, 7], 2, 2);
  assertEquals(same, { points: [[0, 0], [0, 0]], fractions: [0, 0] });
  const one = principalComponents([1, 2, 3, 6], 4, 1); // a code of one dimension
  assertAlmostEquals(one.fractions[0], 1, 1e-9);
  assert(one.points.every(([, y]) => y === 0));
});
