/** Something fetched for the part that shows it: the last answer stays until the next is there, so that nothing flickers. */
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { type Explanation, explain } from '../transport/explain.ts'
import { connectionStore } from './connection.ts'

export interface Resource<T> {
  data: T | null
  error: Explanation | null
  /** What `data` answers; differs from the key asked for while a new answer is under way. */
  key: string | null
}

/** `load` runs whenever `key` changes, and when the host is there (again); a null key asks for nothing. */
export function useResource<T>(key: string | null, load: () => Promise<T> | T): Resource<T> {
  const connected = useStore(connectionStore, (s) => s.status === 'connected')
  const [resource, setResource] = useState<Resource<T>>({ data: null, error: null, key: null })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all that `load` depends on
  useEffect(() => {
    if (key === null || !connected) return
    let wanted = true
    const settle = (next: Resource<T>) => wanted && setResource(next)
    const failed = (error: unknown) => settle({ data: null, error: explain(error), key })
    try {
      const answer = load()
      if (answer instanceof Promise) answer.then((data) => settle({ data, error: null, key }), failed)
      else settle({ data: answer, error: null, key })
    } catch (error) {
      failed(error)
    }
    return () => {
      wanted = false
    }
  }, [key, connected])
  return resource
}
