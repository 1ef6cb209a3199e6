/**
 * The screen of `watch`: lines of text that follow from runs and the size of the window alone.
 *
 * @module
 */

import type { Metrics } from "../runs/history.ts";
import { duration, metricsText, nats } from "../runs/progress.ts";
import { lineChart, rangeOf } from "./line_chart.ts";
import type { ObservedRun, RunState } from "./observed_run.ts";

/** The size of the window in characters, and whether it has colours. */
export interface Window {
  readonly columns: number;
  /** Infinity if lines may scroll away. */
  readonly rows: number;
  readonly color: boolean;
}

/** The losses that a chart can show. */
export const METRICS = ["elbo", "rate", "distortion", "loss"] as const;
/** The name of one of them. */
export type MetricName = typeof METRICS[number];

/** The most rows and columns of a chart. */
const MOST = { height: 6, columns: 120 };
/** The lines of a run besides the rows of its chart: a title, losses, an axis and an empty line. */
const AROUND = 4;

/** Escape codes of the colours of states. */
const COLORS: Record<RunState, number> = { waiting: 2, running: 32, silent: 33, finished: 34 };

/** The order in a window that is too low for all runs. */
const ORDER: readonly RunState[] = ["running", "silent", "waiting", "finished"];

/**
 * The lines of the screen: at most as many as the window has rows, none longer than its columns.
 * Charts become lower as runs become more; then each run is a line; then the last ones are counted.
 */
export function drawRuns(
  runs: readonly ObservedRun[],
  metric: MetricName,
  window: Window,
): string[] {
  const share = Math.floor((window.rows + 1) / runs.length) - AROUND;
  const height = Math.min(MOST.height, share);
  if (height >= 1) {
    const blocks = runs.map((run) => block(run, metric, height, window));
    return blocks.flatMap((lines, i) => i === 0 ? lines : ["", ...lines]);
  }
  const sorted = runs.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  const [all, rows] = [runs.length <= window.rows, Math.max(1, window.rows)];
  const shown = all ? sorted : sorted.slice(0, rows - 1);
  const lines = shown.map((run) => title(run, window, losses(run)));
  return all ? lines : [...lines, cut(`… and ${runs.length - shown.length} more`, window.columns)];
}

/** A run with its chart. */
function block(
  run: ObservedRun,
  metric: MetricName,
  height: number,
  window: Window,
): string[] {
  const values = run.history.map(({ valid }) => valueOf(valid, metric));
  const none = run.state === "waiting" ? "there is no such run yet" : "no epoch yet";
  const text = run.problem ?? (losses(run) || none);
  const lines = [title(run, window), cut(text, window.columns)];
  if (values.length === 0) return lines;
  const range = rangeOf(values);
  const marks = [nats(range[1]), nats(range[0])];
  const left = Math.max(...marks.map(({ length }) => length));
  const width = Math.min(MOST.columns, window.columns) - left - 2;
  if (width < 4) return lines;
  const last = Math.max(run.epochs ?? 0, values.length);
  const chart = lineChart(values, { width, height, last, range }).map((row, i) => {
    const mark = i === 0 ? marks[0] : i === height - 1 ? marks[1] : "";
    return `${mark.padStart(left)} │${row}`;
  });
  const name = ` valid ${metric === "elbo" ? "-ELBO" : metric} `;
  const [first, end] = ["1", ` ${last}`];
  const rule = "─".repeat(Math.max(0, width - first.length - name.length - end.length));
  const axis = `${" ".repeat(left)} ${first} ${rule}${name}${end}`;
  return [...lines, ...chart, dim(cut(axis, window.columns), window)];
}

/** The name of a run, its state and how far it is. */
function title(run: ObservedRun, window: Window, more = ""): string {
  const { path, state, history, epochs, age } = run;
  const done = history.at(-1)?.epoch ?? 0;
  const parts = [
    state === "silent" ? `silent for ${duration(age)}` : state,
    ...state === "waiting" ? [] : [`epoch ${done}${epochs === undefined ? "" : `/${epochs}`}`],
    ...leftText(run),
    ...more === "" ? [] : [more],
  ];
  const rest = `  ${parts.join("  ")}`;
  // The end of a path says more than its beginning.
  const room = Math.max(8, window.columns - Math.min(rest.length, Math.floor(window.columns / 2)));
  const name = path.length <= room ? path : `…${path.slice(path.length - room + 1)}`;
  const line = cut(name + rest, window.columns);
  if (!window.color) return line;
  const [head, tail] = [line.slice(0, name.length), line.slice(name.length)];
  return `\x1b[1m${head}\x1b[22m${tail.replace(state, `\x1b[${COLORS[state]}m${state}\x1b[0m`)}`;
}

/** The time that a running run still takes, from its last epochs. */
function leftText({ state, history, epochs }: ObservedRun): string[] {
  if (state !== "running" || epochs === undefined || history.length === 0) return [];
  const recent = history.slice(-5);
  const seconds = recent.reduce((sum, record) => sum + record.seconds, 0) / recent.length;
  return [`${duration(seconds * Math.max(0, epochs - history.length))} left`];
}

/** The losses of the test, or of the last epoch. */
function losses({ history, test }: ObservedRun): string {
  if (test !== undefined) return `test ${metricsText(test)}`;
  const last = history.at(-1);
  return last === undefined ? "" : `valid ${metricsText(last.valid)}`;
}

const valueOf = (metrics: Metrics, metric: MetricName): number =>
  metric === "elbo" ? metrics.rate + metrics.distortion : metrics[metric];

/** A text that fits the columns. */
export const cut = (text: string, columns: number): string =>
  text.length <= columns ? text : text.slice(0, Math.max(0, columns - 1)) + "…";

const dim = (text: string, { color }: Window): string => color ? `\x1b[2m${text}\x1b[22m` : text;
