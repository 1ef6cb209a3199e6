/**
 * `deno task verify`: whether the rate is the information, by estimators that know nothing of Echo.
 *
 * @module
 */
import { standardOutput } from "./bench/output.ts";
import { main } from "./errors.ts";
import { helpText, parseFlags } from "./flags.ts";
import { requireGreen, SECTION_NAMES, show, verify } from "./verify/report.ts";
import { STANDARD } from "./verify/suite.ts";

const FLAGS = {
  only: {
    type: "text",
    value: "<section>",
    allowed: SECTION_NAMES,
    help: `a part of the table: ${SECTION_NAMES.join(", ")} (default: all)`,
  },
  thorough: {
    type: "boolean",
    help: "a hundred times as many draws, for a tenth of every error",
  },
  draws: {
    type: "integer",
    value: "<number>",
    default: STANDARD.draws,
    min: 20_000,
    max: 1_000_000,
    help: "how many codes a row is made of, about",
  },
  seed: {
    type: "integer",
    value: "<number>",
    default: STANDARD.seed,
    min: 1,
    max: 2 ** 31 - 1,
    help: "what every draw follows from",
  },
  json: { type: "boolean", help: "print one JSON object a row" },
  out: {
    type: "text",
    value: "<folder>",
    default: "runs/verify",
    help: "where the table goes as JSON, and its picture",
  },
  help: { type: "boolean", help: "print this" },
} as const;

const USAGE = `deno task verify [flags]

  deno task verify                        # the library's channels
  deno task verify --run runs/echo_mnist  # the checkpoint of a run

Exit codes: 0 where all is green, 1 where anything is red.`;

if (import.meta.main) await main(command);

async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return console.log(helpText(USAGE, FLAGS));
  const output = standardOutput(given.json);
  const draws = given.draws * (given.thorough ? 100 : 1);
  const sections = given.only === undefined ? SECTION_NAMES : [given.only];
  const judgement = await verify({ ...STANDARD, seed: given.seed, draws }, output, sections);
  const source = `about ${draws.toLocaleString("en")} draws a row, seed ${given.seed}, ` +
    new Date().toISOString().slice(0, 10);
  await show(judgement, source, given.out, output);
  requireGreen(judgement);
}
