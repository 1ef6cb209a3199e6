/**
 * `deno task verify`: checks the rate against independent estimates of the information, for the
 * library's own channels or for a trained model.
 *
 * @module
 */
import { join } from "node:path";
import { type Output, standardOutput } from "../shell/output.ts";
import { DATA_FLAGS } from "../data/flags.ts";
import { UserError } from "../shell/errors.ts";
import { helpText, parseFlags, type Values } from "../shell/flags.ts";
import { main, print } from "../shell/program.ts";
import { requireGreen, SECTION_NAMES, show, verify } from "../laboratory/channels/report.ts";
import { verifyRun } from "../laboratory/run/judgement.ts";
import { requireGreenRun, showRun } from "../laboratory/run/report.ts";
import { openTrained } from "../laboratory/run/trained.ts";
import { STANDARD } from "../laboratory/channels/suite.ts";

const FLAGS = {
  run: {
    type: "path",
    value: "<run folder>",
    help: "check the checkpoint of this run instead of the library's channels",
  },
  "data-dir": DATA_FLAGS["data-dir"],
  only: {
    type: "text",
    value: "<section>",
    allowed: SECTION_NAMES,
    help: `only this section of the table: ${SECTION_NAMES.join(", ")}`,
  },
  thorough: {
    type: "boolean",
    help: "100 times more draws, so 10 times smaller errors; takes one to two hours",
  },
  draws: {
    type: "integer",
    value: "<number>",
    default: STANDARD.draws,
    min: 20_000,
    max: 1_000_000,
    help: "the approximate number of codes for each row",
  },
  seed: {
    type: "integer",
    value: "<number>",
    default: STANDARD.seed,
    min: 1,
    max: 2 ** 31 - 1,
    help: "the seed of all random draws",
  },
  json: { type: "boolean", help: "print one JSON object for each row" },
  out: {
    type: "path",
    value: "<folder>",
    help: "the folder for verify.json and verify.svg (default: runs/verify or runs/verify/<run>)",
  },
  help: { type: "boolean", help: "print this help" },
} as const;

const USAGE = `deno task verify [flags]

Check the rate against independent estimates of the information.

  deno task verify                        # the library's channels
  deno task verify --run runs/echo_mnist  # the checkpoint of a run

Exit codes: 0 if everything is green, 1 if anything is red.`;

/** The default folder of the tables. */
const OUT = join("runs", "verify");

if (import.meta.main) await main(command);

/** Checks the library's channels or a run. */
export async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  const output = standardOutput(given.json);
  if (given.run === undefined) {
    if (given["data-dir"] !== undefined) {
      throw new UserError("--data-dir needs --run");
    }
    return await ofChannels(given, output);
  }
  for (const flag of ["only", "thorough"] as const) {
    if (given[flag]) {
      throw new UserError(
        `--${flag} is for the library's channels and cannot be combined with --run`,
      );
    }
  }
  await ofRun(given.run, given, output);
}

/** Checks the library's channels. */
async function ofChannels(
  { only, thorough, seed, out = OUT, ...given }: Values<typeof FLAGS>,
  output: Output,
): Promise<void> {
  const draws = given.draws * (thorough ? 100 : 1);
  const sections = only === undefined ? SECTION_NAMES : [only];
  const judgement = await verify({ ...STANDARD, seed, draws }, output, sections);
  const source = `about ${draws.toLocaleString("en")} draws for each row, seed ${seed}, ${today()}`;
  await show(judgement, source, out, output);
  requireGreen(judgement);
}

/** Checks the checkpoint of a run. */
async function ofRun(
  folder: string,
  { draws, seed, out, "data-dir": dataDir }: Values<typeof FLAGS>,
  output: Output,
): Promise<void> {
  output.busy("encoding all images");
  const trained = await openTrained({ folder, dataDir });
  const { name, epoch, config: { dataset } } = trained;
  const found = await verifyRun(trained, { draws, seed }, output);
  const source = `epoch ${epoch}, ${dataset}, ${
    draws.toLocaleString("en")
  } codes, seed ${seed}, ${today()}`;
  await showRun(trained, found, source, out ?? join(OUT, name), output);
  requireGreenRun(found);
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
