/**
 * How curves are told apart: their colours, shapes, and the names at their ends.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "../../fixtures/property.ts";
import { PALETTE, PALETTE_STYLE } from "../../../experiments/formats/palette.ts";
import { curveStyles, swatch } from "../../../experiments/report/curve_style.ts";
import { endLabels, marginFor, spread } from "../../../experiments/report/end_labels.ts";
import {
  epochTicks,
  type Frame,
  frameOptions,
  placesIn,
} from "../../../experiments/report/frame.ts";
import { plotText } from "../../../experiments/formats/svg.ts";

/** The three parts of a colour, linear in light. */
const lightOf = (hex: string): number[] =>
  [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);

/** The contrast of two colours, as WCAG 2 defines it. */
function contrast(a: string, b: string): number {
  const [low, high] = [a, b].map((hex) => {
    const [red, green, blue] = lightOf(hex);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  }).sort((a, b) => a - b);
  return high / low;
}

Deno.test("each of 17 colours can be read on the paper of its scheme, and no two are equal", () => {
  assertEquals(PALETTE.length, 17);
  for (const [scheme, paper] of ["#ffffff", "#0d1117"].entries()) {
    const colors = PALETTE.map((both) => both[scheme]);
    assertEquals(new Set(colors).size, 17);
    for (const color of colors) assert(contrast(color, paper) >= 4.5, `${color} on ${paper}`);
    for (const color of colors) assert(PALETTE_STYLE.includes(color));
  }
});

Deno.test("17 curves differ in colour and in shape, 289 in one of them, whatever their order", () => {
  const names = Array.from({ length: 289 }, (_, i) => `curve${i}`);
  const styles = curveStyles(names.toReversed());
  const shapes = names.map((name) => {
    const { color: _, ...shape } = styles.get(name)!;
    return JSON.stringify(shape);
  });
  assertEquals(new Set(shapes.slice(0, 17)).size, 17);
  assertEquals(new Set(names.slice(0, 17).map((name) => styles.get(name)!.color)).size, 17);
  assertEquals(new Set(names.map((name) => JSON.stringify(styles.get(name)))).size, 289);
  // Numbers count by their value, and a shape looks the same wherever it is drawn.
  assertEquals(styles.get("curve2"), curveStyles(names.slice(0, 11)).get("curve2"));
  const drawn = new Set(names.slice(0, 17).map((name) => swatch(styles.get(name)!)));
  assertEquals(drawn.size, 17);
});

Deno.test("labels keep their order and their distance, stay in the range, and move as little as possible", () => {
  const place = fc.double({ min: 0, max: 200, noNaN: true });
  fc.assert(fc.property(fc.array(place, { minLength: 1, maxLength: 10 }), (wanted) => {
    const places = spread(wanted, 15, [0, 200]);
    for (const [i, a] of places.entries()) {
      assert(a >= -1e-9 && a <= 200 + 1e-9);
      for (const [j, b] of places.entries()) {
        if (i !== j) assert(Math.abs(a - b) >= 15 - 1e-9, `${places}`);
        if (wanted[i] < wanted[j]) assert(a < b);
      }
    }
  }));
  assertEquals(spread([10, 100], 15, [0, 200]), [10, 100]);
  // Two at one place go half of the distance up and down; at an edge they stay within.
  assertEquals(spread([50, 50], 20, [0, 200]), [40, 60]);
  assertEquals(spread([199, 198], 20, [0, 200]), [200, 180]);
  assertEquals(spread([], 20, [0, 200]), []);
});

Deno.test("names stand in the right margin, each in the colour of its curve, without covering each other", () => {
  const names = ["a", "b", "a name that is much too long for the margin"];
  const frame: Frame = {
    ...{ width: 400, height: 200, marginTop: 10, marginBottom: 30, marginLeft: 40 },
    ...{ marginRight: marginFor(names), x: [0, 4], y: [0, 10] },
  };
  const labels = names.map((text, i) => ({ text, color: `var(--curve-${i})`, x: 4, y: 5 }));
  const text = plotText({ ...frameOptions(frame), axis: null, marks: endLabels(labels, frame) });
  const found = [
    ...text.matchAll(
      /<text fill="([^"]+)"[^>]*transform="translate\(([\d.]+),([\d.]+)\)"[^>]*>([^<]*)/g,
    ),
  ];
  assertEquals(found.map(([, color]) => color), labels.map(({ color }) => color));
  assertEquals(found.map((match) => match[4]), ["a", "b", "a name that is much too…"]);
  for (const [, , x] of found) assert(Number(x) > frame.width - frame.marginRight);
  const lines = found.map(([, , , y]) => Number(y)).sort((a, b) => a - b);
  for (const [i, y] of lines.entries()) assert(i === 0 || y - lines[i - 1] >= 14.9);
  assert(text.includes("<title>a name that is much too long for the margin</title>"));
  assert(frame.marginRight < 220);
});

Deno.test("numbers and pixels are converted to each other as the plot does it", () => {
  const frame: Frame = {
    ...{
      width: 300,
      height: 100,
      marginTop: 10,
      marginRight: 40,
      marginBottom: 20,
      marginLeft: 60,
    },
    ...{ x: [5, 15], y: [-2, 8] },
  };
  const { toX, toY, fromX, fromY } = placesIn(frame);
  assertEquals([toX(5), toX(15), toY(-2), toY(8)], [60, 260, 80, 10]);
  assertAlmostEquals(fromX(toX(7.3)), 7.3);
  assertAlmostEquals(fromY(toY(1.7)), 1.7);
});

Deno.test("the ticks of epochs are whole numbers, few, and in the range", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 100_000 }), (last) => {
    const ticks = epochTicks(last);
    assert(ticks.length >= 1 && ticks.length <= 8, `${ticks}`);
    assert(ticks.every((tick) => Number.isInteger(tick) && tick >= 1 && tick <= last));
  }));
  assertEquals(epochTicks(4), [1, 2, 3, 4]);
  assertEquals(epochTicks(20), [5, 10, 15, 20]);
  assertEquals(epochTicks(200), [50, 100, 150, 200]);
});
