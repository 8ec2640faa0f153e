import { describe, expectTypeOf, it } from "vitest";
import {
  lens,
  realize,
  realizeMany,
  self,
  stage,
  type Build,
  type DRef,
  type RRef,
  type Stage,
} from "../../core/index.ts";
import {
  instantiate,
  outcomes,
  type Lens,
  type RefPath,
  type SelfPath,
  type Stored,
} from "../../core/index.ts";

const source = stage({
  name: "source",
  config: { url: "https://example.org/a.tar.gz", retries: 3, tags: ["a"], nested: { deep: [{ lr: 0.1 }] } },
  realize(build) {
    expectTypeOf(build.config.url).toEqualTypeOf<string>();
    expectTypeOf(build.lens.nested.deep).not.toBeAny();
  },
});

const program = stage({
  name: "program",
  config: { src: source.path("a-1.0"), source, bin: self("usr", "bin", "a"), val: 3 },
  realize: async (build) => {
    expectTypeOf(build.config.source).toEqualTypeOf<DRef<typeof source.config>>();
    expectTypeOf(build.config.src).toEqualTypeOf<RefPath<typeof source.config>>();
    expectTypeOf(build.config.bin).toEqualTypeOf<SelfPath>();
    expectTypeOf(build.lens.src.syspath).toEqualTypeOf<string>();
  },
});

type ProgramConfig = typeof program.config;
declare const rref: RRef<ProgramConfig>;
declare const dref: DRef<ProgramConfig>;

// Only read by the compiler.
function typed<T>(_read: () => T): T {
  return undefined as never;
}

describe("the types of lenses", () => {
  it("go through dependencies to the fields of their configs", () => {
    expectTypeOf(typed(() => lens(rref).src.url.val)).toEqualTypeOf<string>();
    expectTypeOf(typed(() => lens(rref).source.retries.val)).toEqualTypeOf<number>();
    expectTypeOf(typed(() => lens(dref).source.nested.val)).toEqualTypeOf<{
      readonly deep: readonly { readonly lr: number }[];
    }>();
    expectTypeOf(typed(() => lens(program).src.tags.val)).toEqualTypeOf<readonly string[]>();
  });

  it("know the addresses of what they lead to", () => {
    expectTypeOf(typed(() => lens(rref).source.rref)).toEqualTypeOf<RRef<typeof source.config>>();
    expectTypeOf(typed(() => lens(rref).rref)).toEqualTypeOf<RRef<ProgramConfig>>();
    expectTypeOf(typed(() => lens(rref).bin.syspath)).toEqualTypeOf<string>();
    expectTypeOf(typed(() => lens(rref).val.source)).toEqualTypeOf<DRef<typeof source.config>>();
  });

  it("reach fields that are called like an accessor by get", () => {
    expectTypeOf(typed(() => lens(rref).get("val").val)).toEqualTypeOf<number>();
  });

  it("refuse fields that do not exist", () => {
    expectTypeOf(lens<ProgramConfig>).returns.not.toHaveProperty("scr");
    // @ts-expect-error a misspelt field
    typed(() => lens(rref).scr);
    // @ts-expect-error a misspelt field of a dependency
    typed(() => lens(rref).src.ulr);
    // @ts-expect-error a number has no file
    typed(() => lens(rref).source.retries.syspath);
    // @ts-expect-error lenses are for reading
    typed(() => (lens(rref).source.retries = 4));
  });

  it("allow everything where nothing is known", () => {
    expectTypeOf(
      typed(
        () =>
          lens("" as RRef)
            .get("any")
            .get("thing").syspath,
      ),
    ).toEqualTypeOf<string>();
    expectTypeOf<Lens>().toHaveProperty("val");
  });

  it("start at builds, closures and stages alike", () => {
    expectTypeOf(typed(() => lens({} as Build<ProgramConfig>).src.url.val)).toEqualTypeOf<string>();
    expectTypeOf(
      typed(async () => lens(await instantiate(program)).src.url.val),
    ).resolves.toEqualTypeOf<string>();
  });
});

describe("the types of stages", () => {
  it("let any stage pass where a stage is asked for", () => {
    expectTypeOf(program).toExtend<Stage>();
    expectTypeOf<readonly Stage[]>([source, program]).toExtend<readonly Stage[]>();
  });

  it("carry the config to the realization", () => {
    expectTypeOf(typed(() => realize(program))).resolves.toEqualTypeOf<RRef<ProgramConfig>>();
    expectTypeOf(typed(() => realizeMany(program))).resolves.toEqualTypeOf<RRef<ProgramConfig>[]>();
    expectTypeOf(typed(async () => (await outcomes(program)).rows[0]?.rref)).resolves.toEqualTypeOf<
      RRef<ProgramConfig> | undefined
    >();
  });

  it("follow a copy with another config", () => {
    const wider = stage({ ...program, config: { ...program.config, hidden: 64 } });
    expectTypeOf(typed(() => lens(wider).hidden.val)).toEqualTypeOf<number>();
    expectTypeOf(typed(() => lens(wider).src.url.val)).toEqualTypeOf<string>();
  });

  it("give a realizer written for typeof config its build", () => {
    const config = { source, lr: 0.1 };
    const realizer = async (build: Build<typeof config>): Promise<void> => {
      expectTypeOf(build.config.lr).toEqualTypeOf<number>();
      expectTypeOf(build.lens.source.url.val).toEqualTypeOf<string>();
      // @ts-expect-error a misspelt field
      typed(() => build.config.rl);
    };
    expectTypeOf(stage({ name: "typed", config, realize: realizer })).toEqualTypeOf<Stage<typeof config>>();
  });

  it("take a realizer that works for any config", () => {
    const anything = (build: Build): void => build.log(String(build.lens.some.field.val));
    expectTypeOf(typed(() => stage({ name: "a", config: { x: 1 }, realize: anything }))).toEqualTypeOf<
      Stage<{ x: number }>
    >();
  });

  it("refuse what stage() does not know", () => {
    expectTypeOf(stage).parameter(0).toHaveProperty("name");
    // @ts-expect-error there is no name
    typed(() => stage({ config: {}, realize() {} }));
    // @ts-expect-error a config is an object
    typed(() => stage({ name: "a", config: 3, realize() {} }));
    // @ts-expect-error a matcher is called
    typed(() => stage({ name: "a", config: {}, matcher: () => undefined, realize() {} }));
    // @ts-expect-error self paths have a segment at least
    typed(() => self());
  });

  it("say what of a config is stored", () => {
    expectTypeOf<Stored<{ a: typeof source; b: { c: number } }>>().toEqualTypeOf<{
      readonly a: DRef<typeof source.config>;
      readonly b: { readonly c: number };
    }>();
  });
});
