/** Which recipe the dialog of a new run begins with: one that comes along, a preset, a file, or that of a run. */
import { useState } from 'react'
import { useStore } from 'zustand'
import type { RecipeInfo } from '../../../src-main/contract/api.ts'
import type { Preset } from '../../../src-main/contract/presets.ts'
import type { Recipe } from '../../../src-main/contract/recipe.ts'
import type { RunDetail } from '../../../src-main/contract/records.ts'
import { api } from '../../stores/host.ts'
import { presetsStore } from '../../stores/presets.ts'
import { useResource } from '../../stores/resource.ts'
import { useRuns, useView } from '../../stores/use.ts'
import { infoOf } from './given.ts'

// No recipe and no preset has a name like these.
export const fromFile = ' file'
export const fromRun = ' run'
export const imported = ' imported'
const presetPrefix = ' preset '
export const ofPreset = (name: string) => presetPrefix + name

export interface Imported {
  /** Of the file. */
  file: string
  info: RecipeInfo
}

export interface Chosen {
  name: string
  choose(name: string): void
  /** Path, where it is a file on the host's machine. */
  file: string
  setFile(path: string): void
  own: Imported | null
  /** Begins with a recipe that was read in the window. */
  take(own: Imported): void
  original: RunDetail | null
  preset: Preset | null
  info: RecipeInfo | null
  /** What the host is asked for: a name, a path, or all of it. */
  named: string | Recipe
}

export function useChosen(): Chosen {
  const { recipes } = useRuns()
  const { presets } = useStore(presetsStore)
  const opened = useView((v) => v.launchFile)
  const like = useView((v) => v.launchLike)
  const { data: original } = useResource(like, () => api().runs.get({ runId: like! }))
  const [chosen, choose] = useState<string | null>(opened === null ? null : fromFile)
  const [file, setFile] = useState(opened ?? '')
  const [own, setOwn] = useState<Imported | null>(null)
  // the list may come after the dialog
  const name = chosen ?? (like ? fromRun : recipes ? (recipes[0]?.name ?? fromFile) : '')
  const preset = presets?.find((one) => ofPreset(one.name) === name) ?? null
  const info =
    name === fromRun
      ? original && infoOf(original.config)
      : name === imported
        ? (own?.info ?? null)
        : (preset?.info ?? recipes?.find((r) => r.name === name) ?? null)
  const named =
    name === fromFile
      ? file.trim()
      : name === fromRun
        ? (original?.config ?? '')
        : name === imported
          ? (own?.info.recipe ?? '')
          : name.startsWith(presetPrefix)
            ? (preset?.file ?? '')
            : name
  const take = (read: Imported) => {
    setOwn(read)
    choose(imported)
  }
  return { name, choose, file, setFile, own, take, original, preset, info, named }
}
