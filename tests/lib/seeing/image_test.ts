import { assertEquals, assertThrows } from "@std/assert";
import { decode } from "fast-png";
import * as g from "../../../mod.ts";
import { JUPYTER_DISPLAY } from "../../../lib/seeing/show.ts";

/** The pixels of a picture, row by row. */
async function pixelsOf(image: g.Image): Promise<number[][]> {
  const { width, height, channels, data } = decode(await image.png(), { checkCrc: true });
  assertEquals(channels, 1);
  return Array.from({ length: height }, (_, y) => [...data.slice(y * width, (y + 1) * width)]);
}

Deno.test("an image goes from black, the least element, to white, the greatest", async () => {
  const x = g.tensor([[1, 2], [3, 6]]);
  assertEquals(await pixelsOf(g.image(x, { scale: 1 })), [[0, 51], [102, 255]]);
  assertEquals(await pixelsOf(g.image(x, { scale: 1, range: [0, 3] })), [[85, 170], [255, 255]]);
  assertEquals((await pixelsOf(g.image(x))).length, 4);
});

Deno.test("several images stand in rows, and what is left of the last row is black", async () => {
  const x = g.tensor([[[0, 1]], [[0.2, 0.4]], [[0.6, 0.8]]]);
  assertEquals(await pixelsOf(g.image(x, { scale: 1 })), [[0, 255, 51, 102], [153, 204, 0, 0]]);
  assertEquals(await pixelsOf(g.image(x, { scale: 1, columns: 1 })), [
    ...[[0, 255], [51, 102], [153, 204]],
  ]);
});

Deno.test("a notebook gets the PNG file", async () => {
  const image = g.image(g.ones([1, 1]));
  const display =
    (image as g.Image & { [JUPYTER_DISPLAY](): Promise<Record<string, string>> })[JUPYTER_DISPLAY];
  const shown = await display();
  assertEquals(Uint8Array.fromBase64(shown["image/png"]), await image.png());
});

Deno.test("other shapes and odd options are refused", () => {
  assertThrows(
    () => g.image(g.ones([4])),
    g.ShapeError,
    "Cannot show [4] as an image: it takes [height, width] or [n, height, width]",
  );
  assertThrows(() => g.image(g.ones([0, 4])), g.ShapeError);
  assertThrows(() => g.image(g.ones([2, 2]), { scale: 0.5 }), RangeError, "scale 0.5");
});
