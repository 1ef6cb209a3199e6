/**
 * How much the tests of faults try: some moments in the suite, all of them with ECHOGRAD_THOROUGH=1.
 *
 * @module
 */

/** Whether all that a test can try is to be tried, though it takes minutes. */
export const THOROUGH: boolean = Boolean(Deno.env.get("ECHOGRAD_THOROUGH"));
