/** A model with a scalar head in place of the vocabulary's: what reward models and critics are. */
import { type Tensor, tf } from '../tensor/tf.ts'
import { type Model, trainedOf, type Weights } from './model.ts'

export interface ScalarModel extends Model {
  /** `score.weight` [1, hidden], and `score.bias` [1] where there is one. */
  head: Weights
}

/** Zero, so that at first all states are judged alike. */
export function freshHead(hidden: number, bias: boolean): Weights {
  return new Map([...headShapes(hidden, bias)].map(([name, shape]) => [name, tf.zeros(shape) as Tensor]))
}

export function headShapes(hidden: number, bias: boolean): Map<string, number[]> {
  const shapes = new Map([['score.weight', [1, hidden]]])
  if (bias) shapes.set('score.bias', [1])
  return shapes
}

/** What updates change: the head, and adapters or all weights but those of the vocabulary's head, on which no score depends. */
export function trainedParts(model: ScalarModel): Weights {
  const parts: Weights = new Map([...trainedOf(model), ...model.head])
  parts.delete('lm_head.weight')
  return parts
}

/** Every tensor by name: names of weights, adapters and head differ. */
export function allParts(model: ScalarModel): Weights {
  return new Map([...model.weights, ...(model.adapters?.tensors ?? []), ...model.head])
}

/** The same model of these tensors. */
export function withParts<M extends ScalarModel>(model: M, parts: ReadonlyMap<string, Tensor>): M {
  const of = (names: Weights): Weights => new Map([...names].map(([name, own]) => [name, parts.get(name) ?? own]))
  const { adapters } = model
  return {
    ...model,
    weights: of(model.weights),
    head: of(model.head),
    ...(adapters && { adapters: { ...adapters, tensors: of(adapters.tensors) } }),
  }
}
