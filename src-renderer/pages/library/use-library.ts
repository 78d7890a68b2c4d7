/** What the sections ask the host for, again whenever something went. */
import { useStore } from 'zustand'
import type { LibraryUse } from '../../../src-main/contract/library.ts'
import { api } from '../../stores/host.ts'
import { libraryStore } from '../../stores/library.ts'
import { type Resource, useResource } from '../../stores/resource.ts'
import { useRuns } from '../../stores/use.ts'

/** `load` runs again when runs came or went, or something was removed. */
export function useLibrary<T>(name: string, load: () => Promise<T>): Resource<T> {
  const version = useStore(libraryStore, (s) => s.version)
  const { runs } = useRuns()
  return useResource(`${name} ${version} ${runs?.length}`, load)
}

export const useLibraryUse = (): Resource<LibraryUse> => useLibrary('use', () => api().library.use())
