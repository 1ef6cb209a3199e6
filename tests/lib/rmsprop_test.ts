/**
 * RMSProp against its own recursion in float64, clipping and chains.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import * as g from "../../mod.ts";
import { ShapeError, type Tensor, tensor } from "../../mod.ts";
import { onEveryDevice } from "../fixtures/devices.ts";
import { refusal, testRefusals } from "../fixtures/refusals.ts";

const gradients = [[3, -0.5], [0, 0.25], [-1, 2], [0.125, 0]];

onEveryDevice("rmsprop is its recursion, with momentum and a schedule", async (device) => {
  const [decay, momentum, epsilon] = [0.8, 0.5, 1e-3];
  const learningRate = (step: Tensor) => g.div(0.1, g.add(1, g.cast(step, "float32")));
  const optimizer = g.rmsprop({ learningRate, decay, momentum, epsilon });
  let params = tensor([1, -2]), state = optimizer.init(params);
  const update = g.jit(
    (gradient: Tensor, s: typeof state, p: Tensor) => optimizer.update(gradient, s, p),
    { device },
  );
  const expected = [1, -2], square = [0, 0], velocity = [0, 0];
  for (const [step, gradient] of gradients.entries()) {
    [params, state] = update(tensor(gradient), state, params);
    gradient.forEach((slope, i) => {
      square[i] = decay * square[i] + (1 - decay) * slope ** 2;
      velocity[i] = momentum * velocity[i] + slope / (Math.sqrt(square[i]) + epsilon);
      expected[i] -= 0.1 / (1 + step) * velocity[i];
    });
    const found = await params.read();
    expected.forEach((p, i) => assert(Math.abs(found[i] - p) < 1e-6, `step ${step}: ${found[i]}`));
  }
  assertEquals(await state.step.item(), gradients.length);
});

Deno.test("a chain applies its functions in order, with the parameters", async () => {
  const optimizer = g.chain(
    (gradient) => g.clipByValue(gradient, 1),
    (gradient, params) => g.treeMap((dp, p) => g.add(g.mul(dp, 10), p), gradient, params),
    g.sgd({ learningRate: 1, momentum: 0.5 }),
  );
  let params = tensor([2, 3]), state = optimizer.init(params);
  [params, state] = optimizer.update(tensor([5, 0.5]), state, params);
  assertEquals([...await params.read()], [2 - (10 + 2), 3 - (5 + 3)]);
  assertEquals([...await state.velocity.read()], [12, 8]);
});

testRefusals([
  refusal(RangeError, "decay 1, momentum 0", () => g.rmsprop({ learningRate: 1, decay: 1 })),
  refusal(RangeError, "epsilon 0", () => g.rmsprop({ learningRate: 1, epsilon: 0 })),
  refusal(RangeError, "learningRate NaN", () => g.rmsprop({ learningRate: NaN })),
  refusal(RangeError, "Cannot clip a gradient to ±0", () => g.clipByValue(tensor(1), 0)),
  refusal(ShapeError, "Cannot update [] by a gradient [2]", () => {
    const optimizer = g.rmsprop({ learningRate: 1 });
    optimizer.update(tensor([1, 2]), optimizer.init(tensor(1)), tensor(1));
  }),
]);
