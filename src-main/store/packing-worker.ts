/** A thread that packs texts. */
import { parentPort } from 'node:worker_threads'
import { packed } from './packing.ts'

parentPort!.on('message', ({ id, texts }: { id: number; texts: string[] }) => {
  parentPort!.postMessage({ id, packed: texts.map((text) => packed(text)!) })
})
