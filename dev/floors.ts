/**
 * The floors of the house: which room may import which. tests/imports_test.ts holds the tree
 * against this list, and dev/show draws it for kernels/README.md.
 *
 * @module
 */
import { dirname, join, normalize } from "node:path";

/**
 * A floor: a name, and the files and folders that stand on it. A file belongs to the most specific
 * entry.
 */
export interface Floor {
  readonly name: string;
  readonly rooms: readonly string[];
}

/** From the roof down. A file may import what stands on its own floor or below. */
export const FLOORS: readonly Floor[] = [
  { name: "commands", rooms: ["experiments/commands"] },
  { name: "lessons", rooms: ["experiments/lessons"] },
  {
    name: "many runs",
    rooms: [
      "experiments/sweep",
      "experiments/compare",
      "experiments/report",
      "experiments/watch",
      "experiments/page",
    ],
  },
  { name: "laboratory and bench", rooms: ["experiments/laboratory", "experiments/bench"] },
  { name: "trained runs", rooms: ["experiments/use", "experiments/export", "experiments/trained"] },
  { name: "training", rooms: ["experiments/training"] },
  { name: "outcome", rooms: ["experiments/outcome"] },
  { name: "runs", rooms: ["experiments/runs"] },
  { name: "config", rooms: ["experiments/config"] },
  { name: "models and data", rooms: ["experiments/models", "experiments/data"] },
  { name: "formats", rooms: ["experiments/formats"] },
  { name: "shell", rooms: ["experiments/shell"] },
  {
    name: "entry points",
    rooms: ["mod.ts", "lib/densities/mod.ts", "lib/information/mod.ts", "kernels/mod.ts"],
  },
  { name: "seeing", rooms: ["lib/seeing"] },
  { name: "information", rooms: ["lib/information"] },
  { name: "echo and densities", rooms: ["lib/echo", "lib/densities"] },
  { name: "networks", rooms: ["lib"] },
  { name: "ops", rooms: ["lib/ops"] },
  { name: "elementwise ops", rooms: ["lib/ops/elementwise.ts"] },
  { name: "linear ops", rooms: ["lib/ops/linear.ts", "lib/ops/slicing.ts"] },
  { name: "primitives", rooms: ["lib/ops/primitive.ts"] },
  {
    name: "tensors",
    rooms: [
      "lib/tensor.ts",
      "lib/storage.ts",
      "lib/evaluate.ts",
      "lib/create.ts",
      "lib/shape.ts",
      "lib/tree.ts",
      "lib/checks.ts",
      "lib/growth.ts",
      "lib/trace.ts",
      "lib/event_loop.ts",
    ],
  },
  { name: "open", rooms: ["kernels/open.ts"] },
  { name: "devices", rooms: ["kernels/cpu", "kernels/webgpu", "kernels/reference"] },
  { name: "compiler", rooms: ["kernels/compiler"] },
  { name: "kernels", rooms: ["kernels"] },
];

/** Every TypeScript file of the house and the files that it imports, as paths from the root. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** Reads the imports of all files below some folders. */
export async function readImports(root: string): Promise<Imports> {
  const imports = new Map<string, string[]>();
  const visit = async (path: string): Promise<void> => {
    if (!path.endsWith(".ts")) {
      for await (const { name } of Deno.readDir(join(root, path))) {
        if (name.endsWith(".ts") || !name.includes(".")) await visit(`${path}/${name}`);
      }
      return;
    }
    const text = await Deno.readTextFile(join(root, path));
    const found = text.matchAll(/^(?:import|export|\})[^"\n]*"(\.[^"]+\.ts)"/gm);
    imports.set(path, [...found].map(([, to]) => normalize(join(dirname(path), to))));
  };
  for (const path of ["mod.ts", "lib", "kernels", "experiments"]) await visit(path);
  return imports;
}

/** The number of the floor that a file stands on, counted from the roof. */
export function floorOf(path: string): number {
  let best = -1, length = -1;
  FLOORS.forEach(({ rooms }, floor) => {
    for (const room of rooms) {
      const within = path === room || path.startsWith(`${room}/`);
      if (within && room.length > length) [best, length] = [floor, room.length];
    }
  });
  if (best < 0) {
    throw new Error(`${path} stands on no floor: add its room to FLOORS in dev/floors.ts`);
  }
  return best;
}

/**
 * A circle of imports as a chain of files that ends where it began; undefined where there is none.
 */
export function findCircle(imports: Imports): string[] | undefined {
  const finished = new Set<string>();
  const chain: string[] = [];
  const visit = (path: string): string[] | undefined => {
    if (finished.has(path)) return undefined;
    const at = chain.indexOf(path);
    if (at >= 0) return [...chain.slice(at), path];
    chain.push(path);
    for (const to of imports.get(path) ?? []) {
      const circle = visit(to);
      if (circle !== undefined) return circle;
    }
    chain.pop();
    finished.add(path);
    return undefined;
  };
  for (const path of imports.keys()) {
    const circle = visit(path);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

/** The imports that climb: from a file to one on a higher floor. */
export function findClimbs(imports: Imports): string[] {
  return [...imports].flatMap(([from, tos]) =>
    tos.filter((to) => floorOf(to) < floorOf(from)).map((to) =>
      `${from} (${FLOORS[floorOf(from)].name}) imports ${to} (${FLOORS[floorOf(to)].name})`
    )
  );
}
