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
// Types are checked here, since the real packages may have others.
const words = rest.filter((word: string) => word !== "--no-check");
const test = new Deno.Command(deno, { args: [subcommand, ...flags, ...words] }).spawn();
Deno.exit((await test.status).code);
