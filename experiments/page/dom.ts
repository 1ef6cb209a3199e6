/**
 * Finding elements, and drawing on canvases at the resolution of the screen.
 *
 * @module
 */
/// <reference lib="dom" />

/** The element with an id. */
export function byId<E extends HTMLElement>(id: string): E {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no element #${id}`);
  return element as E;
}

/** Sets the text of an element, if it differs. */
export function say(id: string, text: string): void {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

/** A colour of the style sheet. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** A canvas that is cleared and as large as its place; undefined while it is hidden. */
export interface Sheet {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
}

/** Clears a canvas, with a unit of one CSS pixel. */
export function sheetOf(canvas: HTMLCanvasElement): Sheet | undefined {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (width === 0 || height === 0) return undefined;
  const scale = globalThis.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  const context = canvas.getContext("2d")!;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = "13px system-ui, sans-serif";
  return { context, width, height };
}

/** Calls f when the scheme of colours or the size of the window changes. */
export function onLook(f: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", f);
  addEventListener("resize", f);
}
