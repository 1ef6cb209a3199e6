/**
 * The distance between rate–distortion curves, against closed forms.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "../../fixtures/property.ts";
import {
  curveDistance,
  type CurveRun,
  meanDifference,
  type Point,
} from "../../../experiments/report/bjontegaard.ts";

/** The runs of a curve, with β 0, 1, … in the order of the points. */
const runsOf = (points: readonly Point[], seed = 0): CurveRun[] =>
  points.map(([rate, distortion], beta) => ({ beta, seed, rate, distortion }));

/** A falling curve, like those of the paper. */
const CURVE: readonly Point[] = [[8, 115], [13, 94], [22, 78], [34, 67], [50, 59]];
const moved = (right: number, up: number) => CURVE.map(([x, y]): Point => [x + right, y + up]);

Deno.test("a curve moved up differs by that distortion, a curve moved right by that rate", () => {
  const up = curveDistance(runsOf(moved(0, -1.75)), runsOf(CURVE));
  assertAlmostEquals(up.distortion!.value, -1.75, 1e-12);
  assert(up.rate!.value < 0);
  const right = curveDistance(runsOf(moved(2.5, 0)), runsOf(CURVE));
  assertAlmostEquals(right.rate!.value, 2.5, 1e-12);
  assert(right.distortion!.value > 0);
  assertEquals(right.rate!.standardError, NaN);
  assertEquals(curveDistance(runsOf(CURVE), runsOf(CURVE)).distortion!.value, 0);
});

Deno.test("lines through other points differ by the mean of their difference over the common range", () => {
  // 100 − 2x on [0, 10] and 90 − x on [4, 20]: the difference is 10 − x, its mean on [4, 10] is 3.
  const steep = [0, 1, 5, 10].map((x): Point => [x, 100 - 2 * x]);
  const flat = [20, 4, 7].map((x): Point => [x, 90 - x]);
  assertAlmostEquals(meanDifference(steep, flat)!, 3, 1e-12);
  // As functions of y: (100 − y)/2 on [80, 100] and 90 − y on [70, 86]; on [80, 86] the difference
  // is (y − 80)/2, and its mean 1.5.
  const { distortion, rate } = curveDistance(runsOf(steep), runsOf(flat));
  assertAlmostEquals(distortion!.value, 3, 1e-12);
  assertAlmostEquals(rate!.value, 1.5, 1e-12);
});

Deno.test("the cubics follow a smooth curve closely, and their integral is exact", () => {
  const knots = Array.from({ length: 41 }, (_, i) => 1 + i / 4);
  const zero: Point[] = [[2, 0], [8, 0]];
  // The mean of 1/x from 2 to 8 is ln 4 / 6.
  const found = meanDifference(knots.map((x): Point => [x, 1 / x]), zero)!;
  assertAlmostEquals(found, Math.log(4) / 6, 1e-5);
  // Over a whole piece with slopes 0, Hermite's cubic has the mean of its ends.
  const step: Point[] = [[0, 1], [1, 1], [2, 0], [3, 0]];
  assertAlmostEquals(meanDifference(step, [[1, 0], [2, 0]])!, 0.5, 1e-12);
  // Over its first half: 1 − 3t² + 2t³ has the mean 1 − t² + t³/2 at t = ½.
  assertAlmostEquals(meanDifference(step, [[1, 0], [1.5, 0]])!, 1 - 1 / 4 + 1 / 16, 1e-12);
});

Deno.test("a monotone curve stays between its ends, and a distance changes its sign with the order", () => {
  const steps = fc.array(
    fc.tuple(
      fc.double({ min: 0.01, max: 10, noNaN: true }),
      fc.double({ min: 0, max: 10, noNaN: true }),
    ),
    { minLength: 1, maxLength: 6 },
  );
  const falling = steps.map((all) => {
    let [x, y] = [0, 100];
    return [[x, y] as Point, ...all.map(([dx, dy]): Point => [x += dx, y -= dy])];
  });
  fc.assert(
    fc.property(falling, falling, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, part) => {
      const difference = meanDifference(a, b)!;
      assertAlmostEquals(meanDifference(b, a)!, -difference, 1e-9);
      // The mean over any interval within a piece lies between the ends of the piece.
      const [[x1, y1], [x2, y2]] = a;
      const piece: Point[] = [[x1 + part * (x2 - x1) * 0.9, 0], [x2, 0]];
      const mean = meanDifference(a, piece)!;
      assert(mean <= y1 + 1e-9 && mean >= y2 - 1e-9, `${mean} is not in [${y2}, ${y1}]`);
    }),
  );
});

Deno.test("curves without a common range, and single points, have no distance", () => {
  const far = runsOf(moved(100, 0));
  assertEquals(curveDistance(far, runsOf(CURVE)).distortion, undefined);
  assertAlmostEquals(curveDistance(far, runsOf(CURVE)).rate!.value, 100, 1e-9);
  const one = runsOf(CURVE.slice(0, 1));
  assertEquals(curveDistance(one, runsOf(CURVE)), { distortion: undefined, rate: undefined });
  assertEquals(curveDistance([], runsOf(CURVE)), { distortion: undefined, rate: undefined });
  // Ranges that touch in one point.
  assertEquals(meanDifference([[0, 1], [1, 1]], [[1, 0], [2, 0]]), undefined);
});

Deno.test("with several seeds the distance is a mean over seeds with its standard error", () => {
  // Base and curve move together from seed to seed, so only their differences 1, 2 and 6 count.
  const base = [0, 1, 2].flatMap((seed) => runsOf(moved(0, 10 * seed), seed));
  const curve = [1, 2, 6].flatMap((up, seed) => runsOf(moved(0, 10 * seed + up), seed));
  const { distortion } = curveDistance(curve, base);
  assertAlmostEquals(distortion!.value, 3, 1e-12);
  assertAlmostEquals(distortion!.standardError, Math.sqrt(7 / 3), 1e-12);
  // A seed that lacks a β is left out of the pairs.
  const { distortion: two } = curveDistance(curve.slice(0, -1), base);
  assertAlmostEquals(two!.value, 1.5, 1e-12);
  assertAlmostEquals(two!.standardError, 0.5, 1e-12);
  // With one seed in common, the curves of means are compared.
  const { distortion: means } = curveDistance(curve.slice(0, 5), runsOf(CURVE));
  assertEquals([means!.value, means!.standardError], [1, NaN]);
});

Deno.test("points of equal rate count with their mean distortion", () => {
  const twice: Point[] = [[0, 10], [1, 4], [1, 8], [2, 2]];
  assertAlmostEquals(meanDifference(twice, [[0, 10], [1, 6], [2, 2]])!, 0, 1e-12);
});

Deno.test("where the points turn, the curve turns with them", () => {
  // 1 − (x − 1)² at 0, 1 and 2: its slope is 0 at 1 and 2 at 0, so the cubics are the parabola.
  const parabola: Point[] = [[0, 0], [1, 1], [2, 0]];
  assertAlmostEquals(meanDifference(parabola, [[0, 0], [2, 0]])!, 2 / 3, 1e-12);
  assertAlmostEquals(meanDifference(parabola, [[0, 0], [0.5, 0]])!, 1 / 2 - 1 / 12, 1e-12);
});
