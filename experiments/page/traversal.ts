/**
 * The traversal: a digit that changes while the pointer, or the arrow keys, move two dimensions of
 * its code.
 *
 * @module
 */
/// <reference lib="dom" />

import { byId, say } from "./dom.ts";
import { drawImages } from "./digits.ts";
import type { Pointer, Progress } from "./messages.ts";

/** The standard deviations from the middle to an edge. */
const REACH = 3;
/** The least time between two orders, in milliseconds. */
const INTERVAL = 100;

/** Connects the pad and the two lists of dimensions; `order` is called when the place changes. */
export function connectTraversal(order: (place: Pick<Pointer, "dimensions" | "place">) => void) {
  const pad = byId<HTMLCanvasElement>("pad");
  const lists = [byId<HTMLSelectElement>("across"), byId<HTMLSelectElement>("along")] as const;
  let place: [number, number] = [0, 0];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = 0;

  function changed(): void {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      last = performance.now();
      const [across, along] = lists.map(({ value }) => value === "" ? undefined : Number(value));
      const dimensions = across === undefined || along === undefined
        ? undefined
        : [across, along] as const;
      order({ dimensions, place });
    }, Math.max(0, last + INTERVAL - performance.now()));
  }
  const bounded = (value: number) => Math.max(-REACH, Math.min(REACH, value));
  pad.addEventListener("pointermove", ({ offsetX, offsetY }) => {
    place = [
      bounded((2 * offsetX / pad.clientWidth - 1) * REACH),
      bounded((1 - 2 * offsetY / pad.clientHeight) * REACH),
    ];
    changed();
  });
  const keys: Record<string, [number, number]> = {
    ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] },
  };
  pad.addEventListener("keydown", (event) => {
    const move = keys[event.key];
    if (move === undefined) return;
    event.preventDefault();
    place = [bounded(place[0] + move[0] / 4), bounded(place[1] + move[1] / 4)];
    changed();
  });
  for (const list of lists) list.addEventListener("change", changed);

  return {
    /** Offers the dimensions of a model. */
    open(latent: number): void {
      for (const list of lists) {
        const options = Array.from(
          { length: latent },
          (_, i) => new Option(`dimension ${i}`, `${i}`),
        );
        list.replaceChildren(new Option("largest rate", ""), ...options);
      }
      changed();
    },
    show({ traversal, dimensions }: Progress): void {
      drawImages(pad, traversal);
      const words = place.map((value, i) => `dimension ${dimensions[i]} at ${signed(value)} σ`);
      say("place", words.join(", "));
    },
  };
}

const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;
