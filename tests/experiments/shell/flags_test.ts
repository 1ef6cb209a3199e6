import { assertEquals, assertStringIncludes } from "@std/assert";
import { helpText, parseFlags, parseWords } from "../../../experiments/shell/flags.ts";
import { editDistance } from "../../../experiments/shell/nearest.ts";
import fc from "../../fixtures/property.ts";
import { assertRefused } from "../../fixtures/helpers.ts";

const FLAGS = {
  epochs: { type: "integer", value: "<number>", min: 1, default: 20, help: "passes" },
  beta: { type: "number", value: "<number>", help: "weight" },
  device: { type: "text", value: "<name>", default: "cpu", allowed: ["cpu", "webgpu"], help: "x" },
  filename: { type: "text", value: "<name>", help: "the run's folder" },
  resume: { type: "boolean", help: "go on" },
} as const;

Deno.test("flags have the values given, or their defaults", () => {
  assertEquals(parseFlags(FLAGS, []), {
    epochs: 20,
    beta: undefined,
    device: "cpu",
    filename: undefined,
    resume: false,
  });
  const given = ["--epochs", "3", "--beta=.5", "--resume", "--filename", "17", "--device=webgpu"];
  assertEquals(parseFlags(FLAGS, ["--beta", "-.5"]).beta, -0.5);
  assertEquals(parseFlags(FLAGS, given), {
    epochs: 3,
    beta: 0.5,
    device: "webgpu",
    filename: "17",
    resume: true,
  });
});

Deno.test("the error about an unknown flag names the nearest flag, or all flags", () => {
  assertRefused(() => parseFlags(FLAGS, ["--epoch", "3"]), "--epoch", "did you mean --epochs?");
  assertRefused(() => parseFlags(FLAGS, ["--zzzzzzz"]), "--zzzzzzz", "--beta", "--resume");
  assertRefused(() => parseFlags(FLAGS, ["-e", "3"]), "unknown flag -e");
  assertRefused(() => parseFlags(FLAGS, ["--no-resume"]), "--no-resume");
  assertRefused(() => parseFlags(FLAGS, ["train"]), `"train"`);
});

Deno.test("words without a flag are returned to commands that take them", () => {
  const { words, values } = parseWords(FLAGS, ["fetch", "--epochs", "3", "mnist", "7", "--resume"]);
  assertEquals(words, ["fetch", "mnist", "7"]);
  assertEquals([values.epochs, values.resume], [3, true]);
  assertRefused(() => parseWords(FLAGS, ["fetch", "--epoch", "3"]), "did you mean --epochs?");
});

Deno.test("words that look like numbers are left as they were typed", () => {
  const folders = ["007", "1e3", "0x10", "1.50", "runs/2"];
  assertEquals(parseWords(FLAGS, folders).words, folders);
  assertEquals(parseWords(FLAGS, ["--resume", ...folders]).words, folders);
  assertRefused(() => parseFlags(FLAGS, ["007"]), `"007"`);
});

Deno.test("a flag given twice, or named like the parser's list of words, is refused", () => {
  assertRefused(() => parseFlags(FLAGS, ["--beta", "1", "--beta=1"]), "--beta is given 2 times");
  assertRefused(() => parseFlags(FLAGS, ["--resume", "--resume"]), "--resume is given 2 times");
  for (const args of [["--_", "x"], ["--_=x"], ["-_", "x"]]) {
    assertRefused(() => parseWords(FLAGS, args), "unknown flag", "_; allowed: --epochs");
  }
  assertEquals(parseWords(FLAGS, ["--", "--_", "--resume=maybe"]).words.length, 2);
});

Deno.test("a switch takes no other value than true and false", () => {
  for (const value of ["maybe", "", "0", "yes=no"]) {
    const says = ["--resume takes no value", `"${value}"`];
    assertRefused(() => parseFlags(FLAGS, [`--resume=${value}`]), ...says);
  }
  assertEquals(parseFlags(FLAGS, ["--resume=false"]).resume, false);
  assertEquals(parseFlags(FLAGS, ["--resume=true"]).resume, true);
});

Deno.test("a value of the wrong kind is refused", () => {
  assertRefused(() => parseFlags(FLAGS, ["--epochs", "many"]), "--epochs", "whole number", "many");
  assertRefused(() => parseFlags(FLAGS, ["--epochs", "1.5"]), "whole number of at least 1", "1.5");
  for (const value of ["0", "-1"]) {
    assertRefused(() => parseFlags(FLAGS, ["--epochs", value]), "at least 1", `"${value}"`);
  }
  assertRefused(() => parseFlags(FLAGS, ["--epochs"]), "--epochs needs a value");
  assertRefused(() => parseFlags(FLAGS, ["--epochs", "--resume"]), "--epochs needs a value");
  assertRefused(() => parseFlags(FLAGS, ["--beta", "NaN"]), "--beta must be a number");
  assertRefused(() => parseFlags(FLAGS, ["--beta", "Infinity"]), "--beta must be a number");
  assertRefused(() => parseFlags(FLAGS, ["--device", "webgpi"]), "webgpi", "did you mean webgpu?");
});

Deno.test("help lists every flag with its default", () => {
  const help = helpText("deno task train [flags]", FLAGS);
  for (const name of Object.keys(FLAGS)) assertStringIncludes(help, `--${name}`);
  assertStringIncludes(help, "passes (default: 20)");
});

Deno.test("edit distance is a metric, and counts single letters", () => {
  assertEquals(editDistance("kitten", "sitting"), 3);
  const word = fc.string({ maxLength: 8 });
  fc.assert(fc.property(word, word, word, (a, b, c) => {
    assertEquals(editDistance(a, b), editDistance(b, a));
    assertEquals(editDistance(a, b) === 0, a === b);
    return editDistance(a, c) <= editDistance(a, b) + editDistance(b, c);
  }));
});
