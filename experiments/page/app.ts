/**
 * The page: it loads the images, starts the workers, and switches between the tabs.
 *
 * @module
 */
/// <reference lib="dom" />

import { formatAddress, parseAddress, type Settings } from "./address.ts";
import { openChannelTab } from "./channel_tab.ts";
import { openCompilerTab } from "./compiler_tab.ts";
import { byId } from "./dom.ts";
import type { Facts } from "./facts.ts";
import type { Report, ShowingOrder, TrainingOrder } from "./messages.ts";
import { openTrainTab, type Tab } from "./train_tab.ts";

const TABS = ["train", "channel", "compiler"] as const;

function showProblem(text: string): void {
  const problem = byId("problem");
  problem.textContent = text;
  problem.hidden = text === "";
}

/** Starts a worker; what it cannot do is shown as a sentence. */
function startWorker<Order>(file: string, hear: (report: Report) => void): (order: Order) => void {
  const worker = new Worker(file, { type: "module" });
  worker.onerror = (event) => showProblem(`The worker stopped: ${event.message}`);
  worker.onmessage = ({ data }: MessageEvent<Report>) => {
    if (data.type === "failed") showProblem(data.message);
    else hear(data);
  };
  return (order) => {
    showProblem("");
    worker.postMessage(order);
  };
}

async function open(): Promise<void> {
  const settings = parseAddress(location.hash);
  const save = () => history.replaceState(null, "", `#${formatAddress(settings)}`);
  const facts: Facts = JSON.parse(byId("facts").textContent!);
  const response = await fetch("images.bin");
  if (!response.ok) throw new Error(`images.bin: ${response.status} ${response.statusText}`);
  const images = await response.arrayBuffer();

  const tabs = {} as Record<Settings["tab"], Tab>;
  // The other tabs' worker starts after the first picture, and before anybody can miss the network.
  let other: ((order: ShowingOrder) => void) | undefined;
  const showing = () =>
    other ??= startWorker<ShowingOrder>("showing_worker.js", (report) => {
      if (report.type === "ready") document.body.dataset.loaded = "all";
      tabs.channel.hear(report);
      tabs.compiler.hear(report);
    });
  const show = (order: ShowingOrder) => showing()(order);
  const train = startWorker<TrainingOrder>("training_worker.js", (report) => {
    tabs.train.hear(report);
    if (report.type === "progress") showing();
  });
  train({ type: "open", images, tests: facts.tests, digest: facts.digest });
  tabs.channel = openChannelTab(settings, show, save);
  tabs.compiler = openCompilerTab(settings, show, save);
  tabs.train = openTrainTab(settings, facts, images, train, save);

  function choose(tab: Settings["tab"]): void {
    settings.tab = tab;
    for (const name of TABS) {
      const button = byId(`tab-${name}`), isChosen = name === tab;
      button.ariaSelected = `${isChosen}`;
      button.tabIndex = isChosen ? 0 : -1;
      byId(name).hidden = !isChosen;
    }
    tabs[tab].show();
    save();
  }
  TABS.forEach((name, i) => {
    const button = byId(`tab-${name}`);
    button.addEventListener("click", () => choose(name));
    button.addEventListener("keydown", ({ key }) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
      if (step === undefined) return;
      const next = TABS[(i + step + TABS.length) % TABS.length];
      choose(next);
      byId(`tab-${next}`).focus();
    });
  });
  choose(settings.tab);
}

open().catch((error) => showProblem(`The page cannot start: ${error.message}`));
