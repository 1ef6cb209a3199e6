/**
 * `deno task verify`: whether the rate is the information, by estimators that know nothing of Echo.
 *
 * @module
 */
import { standardOutput } from "./bench/output.ts";
import { main } from "./errors.ts";
import { helpText, parseFlags } from "./flags.ts";
import { requireGreen, show, verify } from "./verify/report.ts";
import { STANDARD } from "./verify/suite.ts";

const FLAGS = {
  thorough: {
    type: "boolean",
    help: "a hundred times as many draws, for a tenth of every error",
  },
  draws: {
    type: "integer",
    value: "<number>",
    default: STANDARD.draws,
    min: 2000,
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

if (import.meta.main) await main(command);

async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return console.log(helpText("deno task verify [flags]", FLAGS));
  const output = standardOutput(given.json);
  const draws = given.draws * (given.thorough ? 100 : 1);
  const judgement = await verify({ ...STANDARD, seed: given.seed, draws }, output);
  const source = `about ${draws.toLocaleString("en")} draws a row, seed ${given.seed}, ` +
    new Date().toISOString().slice(0, 10);
  await show(judgement, source, given.out, output);
  requireGreen(judgement);
}
