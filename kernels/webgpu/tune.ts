/**
 * Measures how quick the variants of a product are on a GPU, so that `variants.ts` can choose by shape: each alone on the
 * machine, and where the machine is full. All is recorded at once and read once.
 *
 * @module
 */
import { axisIndex, flatten } from "../indexing.ts";
import type { MatmulKernel } from "../kernel.ts";
import { load, result } from "../scalar.ts";
import { emitMatmul } from "./matmul.ts";
import { range } from "./operand.ts";
import type { Shader } from "./shader.ts";
import { type Speed, TEAMS, tileOf, tilesOf, type Variant } from "./variants.ts";

/** Every product is run so often, and its least time counts. */
const REPEATS = 3;
/** Steps along k of a tile that is alone: enough for the launch itself not to count. */
const DEPTH_ALONE = 2048;
const DEPTH_FULL = 64;

/** A product whose time is to be measured. */
interface Trial {
  readonly variant: Variant;
  readonly kernel: MatmulKernel;
}

/**
 * The speeds of the team variants and of `others`. Variants that do not compile are left out. Where the GPU has no clock,
 * or does not compile any of them, the speeds are those of the table.
 *
 * @param edge rows and columns of the product that fills the machine
 */
export async function measureSpeeds(
  device: GPUDevice,
  edge: number,
  others: readonly Variant[],
): Promise<ReadonlyMap<Variant, Speed>> {
  if (!device.features.has("timestamp-query")) return TEAMS;
  const variants = [...TEAMS.keys(), ...others];
  const trials = variants.flatMap((variant): Trial[] => {
    const [rows, columns] = tileOf(variant);
    return [
      { variant, kernel: productOf(rows, DEPTH_ALONE, columns) },
      { variant, kernel: productOf(edge, DEPTH_FULL, edge) },
    ];
  });
  const times = await timesOf(device, trials);
  const speeds = new Map<Variant, Speed>();
  variants.forEach((variant, i) => {
    const [alone, full] = [times[2 * i], times[2 * i + 1]];
    if (!(alone > 0 && full > 0)) return;
    const tiles = tilesOf(trials[2 * i + 1].kernel, variant);
    speeds.set(variant, { alone: alone / DEPTH_ALONE, full: full / DEPTH_FULL / tiles });
  });
  return speeds.size > 0 ? speeds : TEAMS;
}

function productOf(rows: number, depth: number, columns: number): MatmulKernel {
  const [m, n, k] = [rows, columns, depth].map((size, axis) => axisIndex(axis, size));
  return {
    kind: "matmul",
    name: "trial",
    space: [rows, columns],
    over: [depth],
    loads: ["float32", "float32"],
    stores: [{ dtype: "float32", value: result("float32") }],
    a: load(0, flatten([m, k], [rows, depth]), "float32"),
    b: load(1, flatten([k, n], [depth, columns]), "float32"),
  };
}

/** The least time of each trial in nanoseconds; NaN where it did not compile. */
async function timesOf(device: GPUDevice, trials: readonly Trial[]): Promise<number[]> {
  const shaders = trials.map(({ kernel, variant }) => emitMatmul(kernel, [1, 2], variant));
  const pipelines = await Promise.allSettled(shaders.map((shader) => compile(device, shader)));
  const { STORAGE, QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const sizes = range(3).map((part) =>
    Math.max(
      ...trials.map(({ kernel: { space: [m, n], over: [k] } }) => [m * n, m * k, k * n][part]),
    )
  );
  const data = sizes.map((size) => device.createBuffer({ size: size * 4, usage: STORAGE }));
  const count = trials.length * REPEATS * 2;
  const clock = device.createQuerySet({ type: "timestamp", count });
  const marks = device.createBuffer({ size: count * 8, usage: QUERY_RESOLVE | COPY_SRC });
  const staging = device.createBuffer({ size: count * 8, usage: COPY_DST | MAP_READ });

  const encoder = device.createCommandEncoder();
  trials.forEach((_, trial) => {
    const pipeline = pipelines[trial];
    if (pipeline.status === "rejected") return;
    const entries = data.map((buffer, binding) => ({ binding, resource: { buffer } }));
    const layout = pipeline.value.getBindGroupLayout(0);
    const group = device.createBindGroup({ layout, entries });
    for (const repeat of range(REPEATS)) {
      const first = (trial * REPEATS + repeat) * 2;
      const pass = encoder.beginComputePass({
        timestampWrites: {
          querySet: clock,
          beginningOfPassWriteIndex: first,
          endOfPassWriteIndex: first + 1,
        },
      });
      pass.setPipeline(pipeline.value);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(...shaders[trial].grid);
      pass.end();
    }
  });
  encoder.resolveQuerySet(clock, 0, count, marks, 0);
  encoder.copyBufferToBuffer(marks, 0, staging, 0, count * 8);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const ticks = new BigUint64Array(staging.getMappedRange().slice(0));
  staging.unmap();
  for (const resource of [...data, marks, staging, clock]) resource.destroy();

  return pipelines.map(({ status }, trial) => {
    if (status === "rejected") return NaN;
    const firsts = range(REPEATS).map((repeat) => (trial * REPEATS + repeat) * 2);
    return Math.min(...firsts.map((first) => Number(ticks[first + 1] - ticks[first])));
  });
}

function compile(device: GPUDevice, { code }: Shader): Promise<GPUComputePipeline> {
  const module = device.createShaderModule({ code });
  return device.createComputePipelineAsync({
    layout: "auto",
    compute: { module, entryPoint: "main" },
  });
}
