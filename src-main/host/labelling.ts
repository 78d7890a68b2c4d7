/** Sets to be labelled by a person: drawn from a run's stored samples or from a file, and told as what training reads. */
import { randomInt } from 'node:crypto'
import { StudioError } from '../contract/errors.ts'
import type { LabelGiven, LabelSet, LabelState, NewLabelItem, NewLabelSet } from '../contract/labelling.ts'
import { type Answers, readAnswers } from '../preferences/answers.ts'
import { answersOfGroup, drawPlaces } from '../preferences/from-run.ts'
import { outputLabelItem, pairItems } from '../preferences/label-items.ts'
import { drawnOutputs, readOutputs } from '../preferences/outputs.ts'
import { addLabel, insertLabelSet, labelState, removeLabelSet, undoLabel } from '../store/labelling.ts'
import type { Host } from './host.ts'

/** Groups looked at for one item: most of a group that has learned agree. */
const groupsAnItem = 8

/**
 * @param seed of what is drawn: groups, answers, and which of two is on the left
 * @throws StudioError not-found for the run; bad-request for a source without anything to label
 */
export async function createLabelSet(host: Host, given: NewLabelSet, seed = randomInt(2 ** 32)): Promise<LabelSet> {
  const { kind, name, source, guidelines, repeats, limit } = given
  const items =
    kind === 'helpfulness' ? pairItems(await answersOf(host, given, seed), seed) : await outputs(host, given, seed)
  if (items.length === 0)
    throw new StudioError(
      'bad-request',
      'There is nothing to label: no prompt has two answers that differ after the thinking.',
      'Take other steps or another run, or a file.',
    )
  const origin = 'file' in source ? source.file : await runName(host, source)
  const createdAt = new Date().toISOString()
  return host.keep((db) =>
    insertLabelSet(db, { kind, name, guidelines, repeats, source: origin, createdAt }, items.slice(0, limit)),
  )
}

export function label(host: Host, given: LabelGiven): LabelState {
  return host.keep((db) => {
    addLabel(db, given, new Date().toISOString())
    return labelState(db, given.set)
  })
}

export function undo(host: Host, set: number): LabelState {
  return host.keep((db) => {
    undoLabel(db, set)
    return labelState(db, set)
  })
}

export function removeSet(host: Host, set: number): void {
  host.keep((db) => removeLabelSet(db, set))
}

async function answersOf(host: Host, { source, limit }: NewLabelSet, seed: number): Promise<Answers[]> {
  if ('file' in source) return readAnswers(source.file)
  const { runId, fromStep = 0, toStep = Number.MAX_SAFE_INTEGER } = source
  const places = await host.ask.groupPlaces(runId, fromStep, toStep)
  const records = await host.ask.groupsAt(runId, drawPlaces(places, limit * groupsAnItem, seed))
  return records.map(answersOfGroup).filter(({ answers }) => answers.length > 0)
}

async function outputs(host: Host, given: NewLabelSet, seed: number): Promise<NewLabelItem[]> {
  const { source } = given
  const all =
    'file' in source
      ? await readOutputs(source.file, 1, seed)
      : (await answersOf(host, given, seed)).flatMap((answers) => drawnOutputs(answers, 1, seed))
  return all.map(outputLabelItem)
}

async function runName(host: Host, { runId, fromStep, toStep }: { runId: string; fromStep?: number; toStep?: number }) {
  const { number, name } = await host.ask.run(runId)
  const steps =
    fromStep === undefined && toStep === undefined ? '' : `, steps ${fromStep ?? 1} to ${toStep ?? 'the last'}`
  return `#${number} ${name}${steps}`
}
