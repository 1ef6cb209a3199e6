/**
 * The tab that trains: it sends orders to the worker, and shows what the worker reports.
 *
 * @module
 */
/// <reference lib="dom" />

import { RATES, type Settings } from "./address.ts";
import { IMAGE_BYTES, PIXELS, unpackImages } from "./bits.ts";
import { byId, onLook, say } from "./dom.ts";
import { drawImages } from "./digits.ts";
import type { Facts } from "./facts.ts";
import { connectForm } from "./form.ts";
import { History } from "./history.ts";
import { type Numbers, type Progress, type Report, SHOWN, type TrainingOrder } from "./messages.ts";
import { drawCode, drawHistory, drawPlane } from "./train_charts.ts";
import { connectTraversal } from "./traversal.ts";

/** What a tab does with reports, and when it comes into sight. */
export interface Tab {
  hear(report: Report): void;
  show(): void;
}

/**
 * Opens the tab.
 *
 * @param save keeps the settings in the address
 */
export function openTrainTab(
  settings: Settings,
  facts: Facts,
  images: ArrayBuffer,
  order: (order: TrainingOrder) => void,
  save: () => void,
): Tab {
  let history = new History();
  let tests: Numbers[] = [];
  let last: Progress | undefined;
  let chosen = 0;
  let place: Parameters<Parameters<typeof connectTraversal>[0]>[0] = { place: [0, 0] };
  const traversal = connectTraversal((next) => {
    place = next;
    order({ type: "point", pointer: { image: chosen, ...place } });
  });
  const originals = testImages(images, facts.tests);
  const digits = makeDigits(originals, (image) => {
    chosen = image;
    digits.forEach(({ button }, i) => button.ariaPressed = `${i === image}`);
    order({ type: "point", pointer: { image, ...place } });
  });
  digits[0].button.ariaPressed = "true";

  function start(): void {
    history = new History();
    tests = [];
    last = undefined;
    for (const id of ["rate", "distortion", "elbo", "speed"]) say(id, "–");
    say("where", "opening …");
    byId("sample-note").textContent = settings.method === "echo"
      ? "Decoded from Echo's noise, which is distributed like the codes."
      : "Decoded from the prior, N(0, I).";
    order({ type: "start", training: { ...settings } });
    traversal.open(settings.latent);
    draw();
  }
  function run(steps: number): void {
    order({ type: "run", steps });
    settings.paused = steps !== Infinity;
    byId("toggle").textContent = settings.paused ? "Start" : "Pause";
    save();
  }

  connectForm(byId<HTMLFormElement>("settings"), settings, (name) => {
    if (name === "method") {
      settings.learningRate = RATES[settings.method];
      refresh();
    }
    showBeta();
    if (name === "beta" || name === "learningRate") {
      order({ type: "tune", training: { ...settings } });
    } else if (name === "device") order({ type: "start", training: { ...settings } });
    else start();
    save();
  });
  const form = byId<HTMLFormElement>("settings");
  const beta = form.elements.namedItem("beta") as HTMLInputElement;
  const rate = form.elements.namedItem("learningRate") as HTMLSelectElement;
  const refresh = () => rate.value = `${settings.learningRate}`;
  function showBeta(): void {
    say("beta-value", settings.beta.toFixed(2));
    beta.ariaValueText = `${settings.beta}`;
  }
  showBeta();
  byId("toggle").addEventListener("click", () => run(settings.paused ? Infinity : 0));
  byId("step").addEventListener("click", () => run(1));
  byId("reset").addEventListener("click", () => start());
  byId("save").addEventListener("click", () => order({ type: "save" }));
  offerGpu(form);

  function draw(): void {
    if (settings.tab !== "train") return;
    drawHistory(history, last?.step ?? 0);
    drawPlane(facts.curves, history, tests, settings.method);
    if (last === undefined) return;
    drawCode(last, chosen, settings.method);
    const own = last.rates.subarray(chosen * settings.latent, (chosen + 1) * settings.latent);
    const floor = last.floor === 0 ? "" : `; the line is the floor, ${last.floor.toFixed(3)} nats`;
    const total = own.reduce((sum, nats) => sum + nats, 0);
    say("code-note", `${total.toFixed(1)} nats in ${own.length} dimensions${floor}`);
  }
  onLook(draw);

  function progress(report: Progress): void {
    if (report.codes.length !== SHOWN * settings.latent) return; // of a run that was replaced
    last = report;
    for (const losses of report.losses) history.add(losses);
    if (report.test !== undefined) tests.push(report.test);
    if (history.recent !== undefined) {
      const { rate, distortion } = history.recent;
      say("rate", rate.toFixed(1));
      say("distortion", distortion.toFixed(1));
      say("elbo", (rate + distortion).toFixed(1));
    }
    say("speed", report.speed === undefined ? "–" : Math.round(report.speed).toLocaleString("en"));
    const isFirst = report.step === 0 && !settings.paused;
    const where = whereText(report, facts.digest.train.count, tests.at(-1));
    say("where", isFirst ? "compiling the training step …" : where);
    digits.forEach(({ canvas }, i) => {
      const pair = new Uint8Array(2 * PIXELS);
      pair.set(originals.subarray(i * PIXELS, (i + 1) * PIXELS));
      pair.set(report.reconstructions.subarray(i * PIXELS, (i + 1) * PIXELS), PIXELS);
      drawImages(canvas, pair);
    });
    drawImages(byId("samples"), report.samples, innerWidth < 480 ? SHOWN / 2 : SHOWN);
    traversal.show(report);
    draw();
  }

  start();
  run(settings.paused ? 0 : Infinity);
  return {
    show: draw,
    hear(report) {
      if (report.type === "progress") progress(report);
      else if (report.type === "device") {
        say("device", report.words);
        (form.elements.namedItem("device") as HTMLSelectElement).value = report.name;
      } else if (report.type === "paused") say("speed", "–");
      else if (report.type === "saved") download(report.name, report.bytes);
    },
  };
}

function whereText({ step }: Progress, count: number, test?: Numbers): string {
  const epochs = (step * 100 / count).toFixed(1);
  const where = `step ${step.toLocaleString("en")}, ${epochs} epochs of ${
    count.toLocaleString("en")
  } images`;
  if (test === undefined) return `${where}; averages of about 20 steps`;
  const { rate, distortion } = test;
  return `${where}; on test images rate ${rate.toFixed(1)}, distortion ${distortion.toFixed(1)}, ` +
    `−ELBO ${(rate + distortion).toFixed(1)} nats`;
}

/** The first test images, 0 or 255. */
function testImages(images: ArrayBuffer, tests: number): Uint8Array {
  const bits = new Uint8Array(images).subarray(-tests * IMAGE_BYTES);
  const pixels = unpackImages(bits, Array.from({ length: SHOWN }, (_, i) => i));
  return Uint8Array.from(pixels, (pixel) => 255 * pixel);
}

/** A button with a canvas for each digit. */
function makeDigits(originals: Uint8Array, choose: (image: number) => void) {
  const digits = Array.from({ length: SHOWN }, (_, i) => {
    const canvas = document.createElement("canvas"), button = document.createElement("button");
    canvas.className = "pixels";
    button.type = "button";
    button.ariaLabel = `Test image ${i + 1} and its reconstruction`;
    button.ariaPressed = "false";
    button.append(canvas);
    button.addEventListener("click", () => choose(i));
    const pair = new Uint8Array(2 * PIXELS);
    pair.set(originals.subarray(i * PIXELS, (i + 1) * PIXELS));
    drawImages(canvas, pair);
    return { canvas, button };
  });
  byId("digits").append(...digits.map(({ button }) => button));
  return digits;
}

/** Takes the GPU off the list where there is none. */
async function offerGpu(form: HTMLFormElement): Promise<void> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
  if (await gpu?.requestAdapter()) return;
  const list = form.elements.namedItem("device") as HTMLSelectElement;
  list.options[1].disabled = true;
  list.options[1].text = "GPU: this browser offers none";
}

function download(name: string, bytes: Uint8Array<ArrayBuffer>): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: "application/x-tar" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
