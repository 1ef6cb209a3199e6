/**
 * Pictures of the lessons: as characters in a terminal, and inline in a notebook.
 *
 * @module
 */
import { add, image, pad, reduceMax, sub, type Tensor } from "../../mod.ts";

/** The shades of a character, from the least to the greatest value. */
const SHADES = " .:-=+*#%@";

/**
 * Shows n pictures side by side.
 *
 * @param pictures [n, height, width]
 * @param perRow the number of pictures in a row; all unless given
 */
export async function showPictures(pictures: Tensor, perRow?: number): Promise<void> {
  const [count, height, width] = pictures.shape;
  const columns = perRow ?? count;
  if (isNotebook()) {
    return await Deno.jupyter.display(image(framed(pictures), { columns, scale: 6 }));
  }
  const values = Array.from(await pictures.read());
  const least = Math.min(...values), most = Math.max(...values);
  const shade = (x: number) => SHADES[Math.floor(9.99 * (x - least) / (most - least || 1))];
  for (let first = 0; first < count; first += columns) {
    for (let y = 0; y < height; y++) {
      const lines = Array.from({ length: Math.min(columns, count - first) }, (_, i) => {
        const start = ((first + i) * height + y) * width;
        // A character is twice as high as wide, so each element has two.
        return values.slice(start, start + width).map((x) => shade(x).repeat(2)).join("");
      });
      console.log(lines.join("  ").trimEnd());
    }
  }
}

/** With a border of one pixel, as bright as the brightest. */
function framed(pictures: Tensor): Tensor {
  const most = reduceMax(pictures), border = [0, 1, 1];
  return add(pad(sub(pictures, most), { low: border, high: border }), most);
}

/** Outside of a notebook, Deno.jupyter throws when it is used. */
function isNotebook(): boolean {
  try {
    return typeof Deno.jupyter.display === "function";
  } catch {
    return false;
  }
}
