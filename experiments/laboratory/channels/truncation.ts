/**
 * A series that ends after d echoes: the information exceeds the rate by h(E_{d+1}) − h(E_d), where
 * E_d is noise of d echoes.
 *
 * @module
 */
import { draw } from "./draws.ts";
import { byKsg, byLaws } from "./estimates.ts";
import { exactly, type Finding } from "./row.ts";
import type { Suite } from "./suite.ts";
import { encode, laws, rate } from "./truncated.ts";

/** The largest number of echoes in the table. */
const MOST = 16;

/** The findings of this section. */
export async function* truncation({ draws: n, sampler, seed }: Suite): AsyncGenerator<Finding> {
  const of = laws(MOST + 1);
  for (let d = 1; d <= MOST; d++) {
    const [noise, code] = of.slice(d - 1, d + 1);
    // A batch of d + 1 examples has exactly d echoes for each of them.
    const draws = await draw(encode, { sampler, seed: seed + d, n, batch: d + 1 });
    const common = {
      section: "truncation",
      channel: `tanh, ${d} ${d === 1 ? "echo" : "echoes"}`,
      rate,
      difference: exactly(code.entropy() - noise.entropy()),
    };
    yield { ...common, ...byLaws(draws, noise, code) };
    if (d === 1 || d === MOST) yield { ...common, ...byKsg(draws) };
  }
}
