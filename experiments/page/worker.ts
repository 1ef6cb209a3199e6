/**
 * The worker of the page, as a module of its own. The page starts it twice: once to train, once for
 * the channel and the compiler, so that training never waits for them.
 *
 * @module
 */

import type { DataDigest } from "../data/digest.ts";
import { IMAGE_BYTES } from "./bits.ts";
import { viewChannel } from "./channel.ts";
import { viewExpression } from "./compiler.ts";
import type { Order, Report } from "./messages.ts";
import { Trainer } from "./trainer.ts";

const port = globalThis as unknown as {
  onmessage: (event: { data: Order }) => void;
  postMessage(report: Report): void;
};

let trainer: Trainer | undefined;
/** The last order of a kind that computes; older ones are out of date. */
const latest = new Map<string, Order>();

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
    default:
      latest.set(order.type, order);
      // After the messages that have arrived, of which only the last one of a kind counts.
      setTimeout(() => compute(order).catch(fail));
  }
};

function openTrainer(images: ArrayBuffer, tests: number, digest: DataDigest): Trainer {
  const bytes = new Uint8Array(images), end = bytes.length - tests * IMAGE_BYTES;
  const data = { training: bytes.subarray(0, end), test: bytes.subarray(end), digest };
  return new Trainer(data, (report) => port.postMessage(report));
}

async function compute(order: Order): Promise<void> {
  if (latest.get(order.type) !== order) return;
  if (order.type === "channel") {
    port.postMessage({ type: "channel", view: await viewChannel(order.settings) });
  } else if (order.type === "compile") {
    port.postMessage({ type: "compiled", view: await viewExpression(order.text) });
  }
}

function fail(error: unknown): void {
  port.postMessage({
    type: "failed",
    message: error instanceof Error ? error.message : `${error}`,
  });
}
