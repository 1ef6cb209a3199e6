/**
 * `deno task watch`: shows running and finished runs on the terminal, with a line chart each.
 *
 * @module
 */

import { projectPath, userPath } from "../shell/command_line.ts";
import { UserError } from "../shell/errors.ts";
import { helpText, parseWords } from "../shell/flags.ts";
import { onInterrupt } from "../shell/interrupt.ts";
import { main, print } from "../shell/program.ts";
import { standardTerminal } from "../shell/terminal.ts";
import { cut, drawRuns, METRICS } from "../watch/drawing.ts";
import { drawLive, onWindowResize } from "../watch/live.ts";
import { type ObservedRun, observer, runPaths } from "../watch/observed_run.ts";

const FLAGS = {
  metric: {
    type: "text",
    value: "<name>",
    default: "elbo",
    allowed: METRICS,
    help: "the loss on validation images that charts show: elbo, rate, distortion or loss",
  },
  every: {
    type: "number",
    value: "<seconds>",
    default: 2,
    min: 0.1,
    max: 3600,
    help: "the time between two looks at the runs",
  },
  once: { type: "boolean", help: "print the runs once and end, as without a terminal" },
  json: { type: "boolean", help: "print a JSON object for each run once, and end" },
  help: { type: "boolean", help: "print this help" },
} as const;

const USAGE = `deno task watch [flags] [run folder, or folder of runs] …

Show running and finished runs on the terminal, with a line chart each, until Ctrl-C. Without a
folder it shows all of runs/; runs that begin later appear.

  deno task watch
  deno task watch runs/echo_mnist runs/vae_mnist --metric rate
  deno task watch runs/sweep --once`;

/** The width of charts where there is no terminal. */
const COLUMNS = 80;

if (import.meta.main) await main(command);

/** Shows runs. */
export async function command(args: string[]): Promise<void> {
  const { words, values: given } = parseWords(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  const paths = words.length === 0 ? [projectPath("runs")] : words.map(userPath);
  const observe = observer();
  const look = async (): Promise<ObservedRun[]> =>
    await Promise.all((await runPaths(paths)).map((path) => observe(path, Date.now())));

  const terminal = standardTerminal();
  if (given.once || given.json || !terminal.interactive) {
    const runs = await look();
    if (!runs.some(({ state }) => state !== "waiting")) {
      throw new UserError(`there is no run in ${paths.join(", ")}`);
    }
    if (given.json) return runs.forEach((run) => print(JSON.stringify(recordOf(run))));
    const columns = terminal.interactive ? Deno.consoleSize().columns : COLUMNS;
    const window = { columns, rows: Infinity, color: terminal.color };
    return drawRuns(runs, given.metric, window).forEach((line) => print(line));
  }
  await drawLive(terminal, {
    async draw() {
      const window = { ...Deno.consoleSize(), color: terminal.color };
      try {
        const runs = await look();
        if (runs.length > 0) return drawRuns(runs, given.metric, window);
        return [cut(`no run in ${paths.join(", ")} yet`, window.columns)];
      } catch (error) {
        // A folder may vanish while it is read; the next look finds the others.
        if (!(error instanceof UserError)) throw error;
        return [cut(error.message, window.columns)];
      }
    },
    rows: () => Deno.consoleSize().rows,
    seconds: given.every,
    signal: onInterrupt(),
    onResize: onWindowResize,
  });
}

/** A run as `--json` prints it. */
const recordOf = ({ path, state, history, epochs, test, age, problem }: ObservedRun) => ({
  run: path,
  state,
  epoch: history.at(-1)?.epoch ?? 0,
  epochs,
  valid: history.at(-1)?.valid,
  test,
  secondsAgo: Math.round(age),
  problem,
});
