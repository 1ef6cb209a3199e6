/**
 * fast-check, with the same examples in every run: what fails once fails again. `ECHOGRAD_SEED=7 deno task test` takes others.
 *
 * @module
 */
import fc from "fast-check";

fc.configureGlobal({ seed: Number(Deno.env.get("ECHOGRAD_SEED") ?? 1) });

export default fc;
