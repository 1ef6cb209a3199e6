/**
 * The pure parts of the page: bits, address, history, axes, archives, and curves.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { join } from "node:path";
import { tar } from "../../../experiments/formats/tar.ts";
import { formatAddress, parseAddress, type Settings } from "../../../experiments/page/address.ts";
import { packBits, PIXELS, unpackImages } from "../../../experiments/page/bits.ts";
import { ticksOf } from "../../../experiments/page/chart.ts";
import { curvesOf } from "../../../experiments/page/facts.ts";
import { History } from "../../../experiments/page/history.ts";

const bit = fc.integer({ min: 0, max: 1 });

Deno.test("page: images come out of their bits, in any order", () => {
  const image = fc.array(bit, { minLength: PIXELS, maxLength: PIXELS });
  fc.assert(
    fc.property(fc.array(image, { minLength: 1, maxLength: 4 }), fc.nat(), (images, n) => {
      const bytes = packBits(images.flat());
      assertEquals(bytes.length, images.length * 98);
      const order = [n % images.length, 0, images.length - 1];
      assertEquals([...unpackImages(bytes, order)], order.flatMap((i) => images[i]));
    }),
    { numRuns: 20 },
  );
  assertEquals([...packBits([1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0])], [0x81, 0x40]);
});

const settings: fc.Arbitrary<Partial<Settings>> = fc.record({
  tab: fc.constantFrom("train", "channel", "compiler"),
  paused: fc.boolean(),
  method: fc.constantFrom("echo", "vae"),
  beta: fc.constantFrom(0.1, 0.25, 1, 3.16, 10),
  latent: fc.constantFrom(2, 32, 64),
  learningRate: fc.constantFrom(0.001, 0.003),
  device: fc.constantFrom("cpu", "webgpu"),
  seed: fc.nat(999_999),
  dimensions: fc.constantFrom(1, 2),
  varies: fc.boolean(),
  self: fc.boolean(),
  mismatch: fc.constantFrom(0.5, 1, 1.25),
  expression: fc.constantFrom("x + y", "grad(sum(x), x)", "a & b # c"),
});

Deno.test("page: the address keeps the settings", () => {
  assertEquals(formatAddress(parseAddress("")), "");
  fc.assert(fc.property(settings, (some) => {
    const all = { ...parseAddress(""), ...some };
    assertEquals(parseAddress(`#${formatAddress(all)}`), all);
  }));
});

Deno.test("page: what an address has wrong keeps its default", () => {
  const usual = parseAddress("");
  for (
    const wrong of ["beta=1000", "beta=x", "beta=", "latent=3", "seed=1.5", "device=tpu", "a=b"]
  ) {
    assertEquals(parseAddress(`#${wrong}`), usual, wrong);
  }
  assertEquals(parseAddress("#method=vae").learningRate, 0.001);
});

Deno.test("page: a history halves its points and keeps their mean", () => {
  const history = new History();
  for (let i = 0; i < 5 * 1000; i++) history.add({ rate: i, distortion: -i });
  const { points, stride } = history;
  assert(points.length < 400, `${points.length} points`);
  // Each point is the mean of its steps.
  points.forEach(({ rate, distortion }, i) => {
    assertAlmostEquals(rate, i * stride + (stride - 1) / 2, 1e-6);
    assertAlmostEquals(distortion, -rate, 1e-6);
  });
});

Deno.test("page: the numbers of an axis are round, within it, and as many as asked for", () => {
  assertEquals(ticksOf([0, 10], 5), [0, 2, 4, 6, 8, 10]);
  fc.assert(fc.property(
    fc.double({ min: -1e4, max: 1e4, noNaN: true }),
    fc.double({ min: 1e-3, max: 1e4, noNaN: true }),
    (low, length) => {
      const ticks = ticksOf([low, low + length], 5);
      assert(ticks.length >= 1 && ticks.length <= 6, `${ticks}`);
      const room = 1e-6 * length;
      assert(ticks.every((tick) => tick >= low - room && tick <= low + length + room));
    },
  ));
});

Deno.test("page: the curves of the sweep are means over seeds, in the order of β", () => {
  const csv = "config,beta,seed,rate,distortion,negative_elbo\n" +
    "echo,2,0,10,90,100\necho,1,0,20,80,100\necho,1,1,22,81,103\niaf,1,0,5,5,10\n";
  assertEquals(curvesOf(csv), {
    echo: [{ beta: 1, rate: 21, distortion: 80.5 }, { beta: 2, rate: 10, distortion: 90 }],
    vae: [],
  });
});

Deno.test("page: tar unpacks an archive", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const files = new Map([
      ["run/config.json", new TextEncoder().encode("{}\n")],
      ["run/empty", new Uint8Array()],
      ["run/block", Uint8Array.from({ length: 1024 }, (_, i) => i)],
    ]);
    await Deno.writeFile(join(folder, "run.tar"), tar(files));
    const { success, stderr } = await new Deno.Command("tar", {
      args: ["-xf", "run.tar"],
      cwd: folder,
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    for (const [name, content] of files) {
      assertEquals(await Deno.readFile(join(folder, name)), content);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  assertThrows(() => tar(new Map([["x".repeat(101), new Uint8Array()]])), RangeError, "100");
});
