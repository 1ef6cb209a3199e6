/**
 * The WebGPU device within the limits that every adapter has, and the refusal of an adapter that
 * computes wrong numbers.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Device } from "../../../kernels/device.ts";
import { openReference } from "../../../kernels/reference/device.ts";
import { checkNumbers } from "../../../kernels/webgpu/self_test.ts";
import {
  adam,
  add,
  exp,
  jit,
  type Key,
  key,
  matmul,
  mean,
  mul,
  normal,
  openDevice,
  sigmoid,
  softplus,
  split,
  sub,
  sum,
  tanh,
  type Tensor,
  uniform,
  valueAndGrad,
} from "../../../mod.ts";
import { adapterText, test } from "./helpers.ts";

interface Vae {
  encoder: Tensor;
  bias: Tensor;
  mean: Tensor;
  spread: Tensor;
  decoder: Tensor;
}

const [BATCH, PIXELS, HIDDEN, LATENT] = [20, 49, 24, 5];

function parametersOf(key: Key): Vae {
  const [a, b, c, d] = split(key, 4);
  const small = (key: Key, shape: number[]) => mul(normal(key, shape), 0.1);
  return {
    encoder: small(a, [PIXELS, HIDDEN]),
    bias: small(b, [HIDDEN]),
    mean: small(c, [HIDDEN, LATENT]),
    spread: small(c, [HIDDEN, LATENT]),
    decoder: small(d, [LATENT, PIXELS]),
  };
}

/** −ELBO of a batch, in nats per image. */
function lossOf(p: Vae, images: Tensor, key: Key): Tensor {
  const hidden = tanh(add(matmul(images, p.encoder), p.bias));
  const [mu, logVariance] = [matmul(hidden, p.mean), matmul(hidden, p.spread)];
  const code = add(mu, mul(exp(mul(logVariance, 0.5)), normal(key, [BATCH, LATENT])));
  const logits = matmul(code, p.decoder);
  const distortion = sum(sub(softplus(logits), mul(images, logits)), { axis: 1 });
  const rate = sum(sub(sub(add(exp(logVariance), mul(mu, mu)), 1), logVariance), { axis: 1 });
  return mean(add(distortion, mul(rate, 0.5)));
}

/** The losses of some steps of training. */
async function lossesOn(device: Device, steps: number): Promise<number[]> {
  const optimizer = adam<Vae>({ learningRate: 0.01 });
  const init = jit((key: Key) => {
    const [a, b] = split(key, 2);
    const params = parametersOf(a);
    return { params, state: optimizer.init(params), images: sigmoid(uniform(b, [BATCH, PIXELS])) };
  }, { device });
  const step = jit(
    (params: Vae, state: ReturnType<typeof optimizer.init>, images: Tensor, noise: Key) => {
      const [loss, gradients] = valueAndGrad(lossOf)(params, images, noise);
      return [...optimizer.update(gradients, state, params), loss] as const;
    },
    { device, donate: [0, 1] },
  );
  let { params, state, images } = init(key(7));
  const losses: number[] = [];
  for (const noise of split(key(8), steps)) {
    const [nextParams, nextState, loss] = step(params, state, images, noise);
    [params, state] = [nextParams, nextState];
    losses.push(await loss.item());
  }
  return losses;
}

// Deno shows what tests print only without --quiet, so the title says it.
test(`the tests of WebGPU use ${adapterText()}`, async (device) => {
  const buffer = device.allocate(1);
  device.write(buffer, Float32Array.of(7), "float32");
  assertEquals(await device.read(buffer, 1, "float32"), Float32Array.of(7));
});

test("a VAE trains within eight storage buffers, as on the CPU", async (device) => {
  assertEquals(device.traits.maxBuffers, 7);
  const cpu = await openDevice("cpu", { threads: 1 });
  const [got, want] = [await lossesOn(device, 5), await lossesOn(cpu, 5)];
  cpu.close();
  got.forEach((loss, i) => assertAlmostEquals(loss, want[i], 1e-4 * want[i]));
  assert(want[4] < want[0]);
}, { limits: "default" });

test("a buffer beyond the limit of a binding is refused in a sentence", (device) => {
  const elements = 2 ** 25; // 128 MiB, and one more
  device.allocate(elements).free();
  const error = assertThrows(() => device.allocate(elements + 1), RangeError);
  assert(/^Cannot allocate 134217732 bytes: this GPU's limit is 134217728/.test(error.message));
  return Promise.resolve();
}, { limits: "default" });

Deno.test("a device that computes wrong numbers or fails is refused by name", async () => {
  const device = openReference();
  await checkNumbers(device);
  const { read } = device;
  device.read = async (...args) => (await read.apply(device, args)).map((x) => x * 1.01);
  const refusal = await assertRejects(() => checkNumbers(device), Error, device.description);
  assert(
    /it computes exp\(\S+\) of the elementwise functions as \S+ instead of \S+$/.test(
      refusal.message,
    ),
  );
  device.read = () => Promise.reject(new Error("the cause"));
  await assertRejects(() => checkNumbers(device), Error, "the cause");
  device.close();
});

test("many reads may be under way at once", async (device) => {
  const buffers = Array.from({ length: 20 }, (_, i) => {
    const buffer = device.allocate(8);
    device.write(buffer, new Float32Array(8).fill(i), "float32");
    return buffer;
  });
  const contents = await Promise.all(buffers.map((buffer) => device.read(buffer, 8, "float32")));
  contents.forEach((content, i) => assertEquals(content, new Float32Array(8).fill(i)));
});
