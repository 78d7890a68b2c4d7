/** A model in a GGUF file, as if it lay in a Hugging Face folder: its weights by their names there, de-quantised as they are read. */
import { StudioError } from '../../../contract/errors.ts'
import { type Companions, jsonFile } from '../companions.ts'
import { type ModelConfig, parseConfig } from '../config.ts'
import type { JsonObject } from '../json-file.ts'
import type { ModelSource } from '../source.ts'
import { openFile, requireFinite, type TensorStore } from '../tensor-store.ts'
import { parseTokenizer } from '../tokenizer.ts'
import { architectureOf, configOf } from './config.ts'
import { type Fail, type GgufHeader, type GgufTensor, readHeader } from './header.ts'
import { huggingFaceName, ROPE_FACTORS, reorderedHeads, unpermuted } from './names.ts'
import { tokenizerOf } from './tokenizer.ts'

/** @throws StudioError bad-model, naming the file and what is wrong with it */
export function openGguf(path: string): ModelSource {
  const file = openFile(path)
  const fail: Fail = (what, hint = 'Fetch the file again.') => {
    throw new StudioError('bad-model', `${path} ${what}`, hint)
  }
  try {
    const header = readHeader(file)
    const widened = (t: GgufTensor) => requireFinite(t.type.widen(file.bytes(t.position, t.bytes)), t.name, path)
    const architecture = architectureOf(header, fail)
    const factors = header.tensors.get(ROPE_FACTORS)
    const ropeFactors = factors && widened(factors)
    const json = configOf(header, architecture, ropeFactors, fail)
    const config = parseConfig(json, path)
    if (ropeFactors) requireSameAngles(config, json, ropeFactors, path, fail)
    const { tokenizer, config: tokenizerConfig } = tokenizerOf(header, fail)
    const read = parseTokenizer(tokenizer, tokenizerConfig, path, path, config.vocabulary)
    if (read.size > config.vocabulary) fail(`has ${read.size} tokens, but its embedding has ${config.vocabulary} rows.`)
    const names = namesOf(header, config, fail)
    const tensors: TensorStore = {
      source: path,
      files: [path],
      shapes: new Map([...names].map(([name, tensor]) => [name, tensor.shape])),
      read(name) {
        const data = widened(names.get(name)!)
        const heads = reorderedHeads(name, config)
        return heads > 0 ? unpermuted(data, heads, config.headDim) : data
      },
      close: file.close,
    }
    return { config, tokenizer: read, companions: companionsOf(json, tokenizer, tokenizerConfig), tensors }
  } catch (error) {
    file.close()
    throw error
  }
}

/** What a checkpoint of this model holds beside the weights, so that transformers loads it. */
function companionsOf(config: JsonObject, tokenizer: JsonObject, tokenizerConfig: JsonObject): Companions {
  return new Map([
    ['config.json', jsonFile(config)],
    ['tokenizer.json', jsonFile(tokenizer)],
    ['tokenizer_config.json', jsonFile(tokenizerConfig)],
  ])
}

/** Each tensor by its Hugging Face name; one that this architecture does not have would change what is computed. */
function namesOf(header: GgufHeader, config: ModelConfig, fail: Fail): Map<string, GgufTensor> {
  const names = new Map<string, GgufTensor>()
  for (const [name, tensor] of header.tensors) {
    if (name === ROPE_FACTORS) continue
    const own = huggingFaceName(name, config)
    if (!own)
      fail(
        `has the tensor ${JSON.stringify(name.slice(0, 80))}, which a plain ${config.modelType} does not have.`,
        'Choose a model without it.',
      )
    else names.set(own, tensor)
  }
  return names
}

/** That the scaling as config.json will say it gives the angles of the file. */
function requireSameAngles(
  config: ModelConfig,
  json: JsonObject,
  factors: Float32Array,
  path: string,
  fail: Fail,
): void {
  const unscaled = parseConfig({ ...json, rope_scaling: null }, path).inverseFrequencies
  const same =
    factors.length === unscaled.length &&
    factors.every((factor, i) => Math.abs(unscaled[i] / factor / config.inverseFrequencies[i] - 1) < 1e-4)
  if (!same)
    fail(
      `scales its positions in a way (${ROPE_FACTORS}) that is not Llama 3’s.`,
      'Take the model as a Hugging Face folder.',
    )
}
