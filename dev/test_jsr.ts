/**
 * Runs the tests against the real `@std` packages, on a machine that reaches JSR: the task `test`
 * under a copy of the config without its `links`.
 *
 * @module
 */

const { links: _, ...config } = JSON.parse(await Deno.readTextFile("deno.json"));
await Deno.writeTextFile("deno.jsr.json", JSON.stringify(config, null, 2));

// No lock file: the one in the repository was made without JSR.
const flags = ["--config", "deno.jsr.json", "--no-lock"];
const [deno, subcommand, ...rest] = config.tasks.test.command.split(" ");
const test = new Deno.Command(deno, { args: [subcommand, ...flags, ...rest] }).spawn();
Deno.exit((await test.status).code);
