/**
 * The rate–distortion plane: where its marks are.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "../../fixtures/property.ts";
import { DOMParser } from "linkedom";
import { contours } from "../../../experiments/report/contours.ts";
import {
  type PlanePoint,
  rateDistortionPlot,
} from "../../../experiments/report/rate_distortion_plot.ts";

Deno.test("contours run from edge to edge of the plane, at round sums with equal steps", () => {
  const interval = fc.tuple(
    fc.double({ min: -50, max: 500, noNaN: true }),
    fc.double({ min: 0.1, max: 300, noNaN: true }),
  )
    .map(([low, length]) => [low, low + length] as const);
  fc.assert(fc.property(interval, interval, (x, y) => {
    const lines = contours(x, y);
    assert(lines.length >= 3 && lines.length <= 9, `${lines.length} lines`);
    const step = lines[1].sum - lines[0].sum;
    for (const [i, { sum, x1, y1, x2, y2 }] of lines.entries()) {
      assertAlmostEquals(sum, lines[0].sum + i * step, 1e-9 * Math.abs(sum) + 1e-9);
      assertAlmostEquals(x1 + y1, sum, 1e-9);
      assertAlmostEquals(x2 + y2, sum, 1e-9);
      assert(x1 < x2 && x1 >= x[0] && x2 <= x[1]);
      assert(y1 <= y[1] + 1e-9 && y2 >= y[0] - 1e-9);
      assert(x1 === x[0] || Math.abs(y1 - y[1]) < 1e-9);
      assert(x2 === x[1] || Math.abs(y2 - y[0]) < 1e-9);
    }
  }));
  assertEquals(contours([0, 10], [100, 140]).map(({ sum }) => sum), [110, 120, 130, 140]);
});

Deno.test("the plane shows each point in its place, its error bars, and all names", () => {
  const point = (curve: string, beta: number, rate: number, distortion: number): PlanePoint => ({
    ...{ curve, beta },
    rate: { value: rate, standardError: 1 },
    distortion: { value: distortion, standardError: 2 },
  });
  const points = [point("echo", 1, 20, 90), point("vae", 1, 25, 90), point("echo", 4, 10, 120)];
  const text = rateDistortionPlot(points);
  const svg = new DOMParser().parseFromString(text, "text/xml");
  const words = [...svg.querySelectorAll("text")].map(({ textContent }) => textContent);
  for (const word of ["echo", "vae", "β 1", "β 4", "−ELBO 100", "140"]) {
    assertEquals(words.filter((other) => other === word).length, 1, word);
  }
  assertStringIncludes(text, "echo: β 1 rate 20.0 distortion 90.0, β 4 rate 10.0 distortion 120.0");

  // Marks are drawn curve by curve; a circle has its place in attributes of its own.
  const markers = [...svg.querySelectorAll("[aria-label=dot] > *")].map((marker) => {
    const of = (name: string) => marker.getAttribute(name) ?? "";
    const [x, y] = `${of("cx")} ${of("cy")} ${of("transform")}`.match(/-?[\d.]+/g)!.map(Number);
    return { x, y };
  });
  const [echo1, echo4, vae1] = markers;
  assertEquals(markers.length, 3);
  assertAlmostEquals(echo1.y, vae1.y, 1e-6);
  assertAlmostEquals(echo1.x - echo4.x, 2 * (vae1.x - echo1.x), 0.01);
  assert(echo4.y < echo1.y, "more distortion is higher up");
  const bars = [...svg.querySelectorAll("[aria-label=rule] line")];
  assertEquals(bars.length, 6);
  const length = (i: number, axis: "x" | "y") =>
    Math.abs(Number(bars[i].getAttribute(`${axis}1`)) - Number(bars[i].getAttribute(`${axis}2`)));
  assertAlmostEquals(length(2, "x"), (vae1.x - echo1.x) * 2 / 5, 0.01);
  assertAlmostEquals(length(0, "y"), (echo1.y - echo4.y) * 4 / 30, 0.01);
});

Deno.test("a single run has a plane, too", () => {
  const text = rateDistortionPlot([{
    ...{ curve: "echo", beta: 1 },
    rate: { value: 20, standardError: NaN },
    distortion: { value: 90, standardError: NaN },
  }]);
  assert(!text.includes("NaN"), text);
});
