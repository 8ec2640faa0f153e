import * as fc from "fast-check";
import { expect, test } from "vitest";
import { copyBytes, pack, unpack } from "../../../kernel/comms/pack.ts";

// No "__proto__": assigning it, as a test has to, is no way to make a field of that name.
const name = fc.string().filter((one) => one !== "__proto__");

const { data } = fc.letrec<{ data: unknown }>((tie) => ({
  data: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.boolean(),
    fc.integer(),
    fc.constant(null),
    fc.uint8Array(),
    fc.array(tie("data"), { maxLength: 4 }),
    fc.dictionary(name, tie("data"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

test("data with bytes anywhere in it is what it was after packing, JSON and unpacking, and is not changed by it", () => {
  fc.assert(
    fc.property(data, (given) => {
      const whole = { given };
      const before = structuredClone(whole);
      const { data: packed, buffers, paths } = pack(whole, "data");
      const arrived: unknown = JSON.parse(JSON.stringify(packed));
      unpack({ data: arrived, buffers, paths });
      expect(arrived).toEqual(before);
      expect(whole).toEqual(before);
    }),
  );
});

test("a view is sent as the bytes that it shows of its memory", () => {
  const memory = new Uint8Array([0, 1, 2, 3]).buffer;
  const { buffers } = pack([new DataView(memory, 1, 2), memory, new Uint8Array(memory, 3)], "data");
  expect(buffers.map((one) => [...one])).toEqual([[1, 2], [0, 1, 2, 3], [3]]);
});

test("bytes become what stood in their place before, where that can be", () => {
  const floats = copyBytes(new Float32Array([0.5, 3]));
  const before = {
    a: new Float32Array(9),
    list: [new ArrayBuffer(1), new DataView(new ArrayBuffer(1)), new Float64Array(1)],
    same: new Uint8Array(1),
  };
  const data = { list: [null, null, null, null] } as Record<string, unknown> & { list: unknown[] };
  const paths = [["a"], ["list", 0], ["list", 1], ["list", 2], ["list", 3], ["same"]];
  const [odd, bytes] = [new Uint8Array([1, 2, 3]), new Uint8Array([7])];
  unpack({ data, buffers: [floats, bytes, bytes, odd, bytes, bytes], paths }, before);
  expect(data).toEqual({
    a: new Float32Array([0.5, 3]),
    list: [new Uint8Array([7]).buffer, new DataView(new Uint8Array([7]).buffer), odd, bytes],
    same: bytes,
  });
});
