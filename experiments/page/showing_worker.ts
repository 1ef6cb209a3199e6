/**
 * The worker of the two tabs that show the channel and the compiler.
 *
 * @module
 */

import { viewChannel } from "./channel.ts";
import { viewExpression } from "./compiler.ts";
import type { Report, ShowingOrder } from "./messages.ts";

const port = globalThis as unknown as {
  onmessage: (event: { data: ShowingOrder }) => void;
  postMessage(report: Report): void;
};

/** The last order of each kind; older ones are out of date. */
const latest = new Map<string, ShowingOrder>();

port.onmessage = ({ data: order }) => {
  latest.set(order.type, order);
  // After the messages that have arrived, of which only the last one of a kind counts.
  setTimeout(() => {
    if (latest.get(order.type) !== order) return;
    answer(order).then((report) => port.postMessage(report), fail);
  });
};

const answer = async (order: ShowingOrder): Promise<Report> =>
  order.type === "channel"
    ? { type: "channel", view: await viewChannel(order.settings) }
    : { type: "compiled", view: await viewExpression(order.text) };

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : `${error}`;
  port.postMessage({ type: "failed", message });
}

port.postMessage({ type: "ready" });
