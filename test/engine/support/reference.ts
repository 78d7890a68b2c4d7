/** The reference numbers of test/fixtures/reference (see the READMEs there). */
import { join } from 'node:path'
import type { Model } from '../../../src-main/engine/model/model.ts'
import { openFixtures } from '../../../src-main/engine/verify/layout.ts'
import { loadModel } from '../../../src-main/engine/verify/model.ts'

export const referenceFolder = join(import.meta.dirname, '../../fixtures/reference')

export const reference = openFixtures(referenceFolder)

export const modelNames = Object.keys(reference.models)

export const fileOf = (model: string, file: string): string => join(referenceFolder, model, file)

/** A model of the current backend. */
export const loadReferenceModel = (model: string): Model => loadModel(referenceFolder, model)
