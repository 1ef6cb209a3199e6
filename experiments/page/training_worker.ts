/**
 * The worker that trains. The other tabs have a worker of their own, so training never waits for
 * them.
 *
 * @module
 */

import type { DataDigest } from "../data/digest.ts";
import { IMAGE_BYTES } from "./bits.ts";
import type { Report, TrainingOrder } from "./messages.ts";
import { Trainer } from "./trainer.ts";

const port = globalThis as unknown as {
  onmessage: (event: { data: TrainingOrder }) => void;
  postMessage(report: Report): void;
};

let trainer: Trainer | undefined;

port.onmessage = ({ data: order }) => {
  switch (order.type) {
    case "open":
      trainer = openTrainer(order.images, order.tests, order.digest);
      return;
    case "start":
      return trainer!.start(order.training);
    case "tune":
      return trainer!.tune(order.training);
    case "run":
      return trainer!.run(order.steps);
    case "point":
      return trainer!.point(order.pointer);
    case "save":
      return trainer!.save();
  }
};

function openTrainer(images: ArrayBuffer, tests: number, digest: DataDigest): Trainer {
  const bytes = new Uint8Array(images), end = bytes.length - tests * IMAGE_BYTES;
  const data = { training: bytes.subarray(0, end), test: bytes.subarray(end), digest };
  return new Trainer(data, (report) => port.postMessage(report));
}
