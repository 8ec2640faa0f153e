import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";

/**
 * Saves a TensorFlow.js model to a folder and loads it from there, in the format that browsers load too:
 * `model.json` with the layers, `weights.bin` with the numbers.
 *
 * @example
 * await model.save(modelFolder("/tmp/model"));
 * const again = await tf.loadLayersModel(modelFolder("/tmp/model"));
 */
export function modelFolder(folder: string): tf.io.IOHandler {
  const topology = join(folder, "model.json");
  const weights = join(folder, "weights.bin");
  return {
    async save({ modelTopology, weightSpecs, weightData }) {
      await mkdir(folder, { recursive: true });
      await writeFile(weights, new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)));
      const weightsManifest = [{ paths: ["weights.bin"], weights: weightSpecs }];
      await writeFile(topology, JSON.stringify({ modelTopology, weightsManifest }));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
    },
    async load() {
      const { modelTopology, weightsManifest } = JSON.parse(await readFile(topology, "utf8"));
      const { buffer: weightData } = new Uint8Array(await readFile(weights));
      return { modelTopology, weightSpecs: weightsManifest[0].weights, weightData };
    },
  };
}
