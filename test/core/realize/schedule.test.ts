import fc from "fast-check";
import { lastValueFrom, toArray } from "rxjs";
import { describe, expect, it } from "vitest";
import { schedule$, type Settled, type Task } from "../../../core/realize/schedule.ts";
import { makeDRef } from "../../../core/ref.ts";

const ref = (index: number): Task["dref"] =>
  makeDRef({ hash: index.toString(16).padStart(32, "0"), name: "task" });

/** Graphs as the numbers of the tasks that each task depends on, all of them smaller than its own. */
const graphs = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 30 })
  .map((rows) => rows.map((row, index) => (index === 0 ? [] : [...new Set(row.map((n) => n % index))])));

const tasksOf = (graph: readonly (readonly number[])[]): Task[] =>
  graph.map((dependencies, index) => ({ dref: ref(index), dependencies: dependencies.map(ref) }));

async function run(
  tasks: Task[],
  jobs: number,
  kind: (task: Task) => Settled,
  weights?: ReadonlyMap<Task["dref"], number>,
): Promise<{ order: Task[]; lost: Task[]; peak: number }> {
  const order: Task[] = [];
  let [now, peak] = [0, 0];
  const lost$ = schedule$(tasks, {
    jobs,
    isStopping: () => false,
    settle: (task) => {
      const settled = kind(task);
      if (settled === "done") order.push(task);
      return settled;
    },
    work: async (task) => {
      peak = Math.max(peak, ++now);
      await Promise.resolve();
      now--;
      order.push(task);
      return "done";
    },
    ...(weights && { weights: () => weights }),
  });
  return { order, lost: await lastValueFrom(lost$.pipe(toArray())), peak };
}

describe("schedule$()", () => {
  it("does every task once, after all that it depends on, and not more at once than allowed", async () => {
    await fc.assert(
      fc.asyncProperty(
        graphs,
        fc.integer({ min: 1, max: 4 }),
        fc.func(fc.boolean()),
        async (graph, jobs, isWork) => {
          const tasks = tasksOf(graph);
          const { order, lost, peak } = await run(tasks, jobs, ({ dref }) =>
            isWork(dref) ? "work" : "done",
          );
          const place = new Map(order.map(({ dref }, index) => [dref, index]));
          expect(place.size).toBe(tasks.length);
          expect(order).toHaveLength(tasks.length);
          for (const { dref, dependencies } of tasks) {
            for (const dependency of dependencies)
              expect(place.get(dependency)).toBeLessThan(place.get(dref) ?? -1);
          }
          expect(lost).toEqual([]);
          expect(peak).toBeLessThanOrEqual(jobs);
        },
      ),
    );
  });

  it("loses what depends on a lost task, and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.nat(), async (graph, nat) => {
        const bad = nat % graph.length;
        const tasks = tasksOf(graph);
        const { order, lost } = await run(tasks, 2, ({ dref }) => (dref === ref(bad) ? "lost" : "work"));
        const doomed = new Set([bad]);
        for (const [index, dependencies] of graph.entries())
          if (dependencies.some((one) => doomed.has(one))) doomed.add(index);
        expect(lost.map(({ dref }) => dref).toSorted()).toEqual([...doomed].map(ref).toSorted());
        expect(order).toHaveLength(tasks.length - doomed.size);
      }),
    );
  });

  it("loses any number of tasks that wait for their turn when it is to stop", async () => {
    const tasks = tasksOf(Array.from({ length: 20_000 }, () => []));
    let stopping = false;
    const lost$ = schedule$(tasks, {
      jobs: 2,
      isStopping: () => stopping,
      settle: () => "work",
      work: async () => {
        await Promise.resolve();
        stopping = true;
        return "lost";
      },
    });
    expect(new Set(await lastValueFrom(lost$.pipe(toArray()))).size).toBe(tasks.length);
  });

  it("completes at once when there is nothing to work on", () => {
    let completed = false;
    const tasks = tasksOf([[], [0], [1]]);
    schedule$(tasks, {
      jobs: 1,
      isStopping: () => false,
      settle: () => "done",
      work: () => Promise.resolve("done"),
    }).subscribe({ complete: () => (completed = true) });
    expect(completed).toBe(true);
  });

  it("takes those with the longest way to go first, by what each takes where that is known", async () => {
    // 0 and 1 stand alone, 2 is followed by 3, 4 by 5 and 6.
    const tasks = tasksOf([[], [], [], [2], [], [4], [5]]);
    const numbers = (order: readonly Task[]): number[] =>
      order.map(({ dref }) => tasks.findIndex((task) => task.dref === dref));
    const unknown = await run(tasks, 1, () => "work");
    expect(numbers(unknown.order)).toEqual([4, 2, 5, 0, 1, 3, 6]);
    // The others count as the mean, five.
    const weights = new Map([
      [ref(1), 9],
      [ref(4), 1],
    ]);
    const known = await run(tasks, 1, () => "work", weights);
    expect(numbers(known.order)).toEqual([4, 2, 5, 1, 0, 3, 6]);
    const all = new Map(tasks.map(({ dref }, index) => [dref, index === 1 ? 4 : 1]));
    expect(numbers((await run(tasks, 1, () => "work", all)).order)).toEqual([1, 4, 2, 5, 0, 3, 6]);
  });

  it("does not look up what tasks take while none has to wait for its turn", async () => {
    let asked = 0;
    const lost$ = (jobs: number): ReturnType<typeof schedule$> =>
      schedule$(tasksOf([[], [], [0, 1]]), {
        jobs,
        isStopping: () => false,
        settle: () => "work",
        work: () => Promise.resolve("done"),
        weights: () => new Map([[ref(++asked), 1]]),
      });
    await lastValueFrom(lost$(2), { defaultValue: undefined });
    expect(asked).toBe(0);
    await lastValueFrom(lost$(1), { defaultValue: undefined });
    expect(asked).toBe(1);
  });

  it("stops without a word when nobody listens any more", async () => {
    let begun = 0;
    const subscription = schedule$(tasksOf(Array.from({ length: 100 }, () => [])), {
      jobs: 1,
      isStopping: () => false,
      settle: () => "work",
      work: async () => {
        begun++;
        await Promise.resolve();
        return "done";
      },
    }).subscribe();
    subscription.unsubscribe();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(begun).toBeLessThanOrEqual(2);
  });
});
