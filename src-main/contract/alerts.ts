/** The alerts of all runs in one list, and which of them a person has seen: kept by the host, so that every window knows it. */
import { z } from 'zod'
import type { AlertKind, AlertRecord } from './records.ts'

export const alertQuery = z.object({
  /** Of this kind alone; one that there is none of gives an empty list. */
  kind: z.string().max(40).optional(),
  /** Of the run with this number alone. */
  run: z.number().int().min(1).optional(),
  unseen: z.boolean().default(false),
  limit: z.number().int().min(1).max(5000).default(500),
})
export type AlertQuery = z.output<typeof alertQuery>

export interface ListedAlert extends AlertRecord {
  seen: boolean
  runId: string
  /** Of the run, and its name. */
  number: number
  name: string
}

export interface AlertList {
  /** The newest first. */
  alerts: ListedAlert[]
  /** How many the query finds; more than `alerts` where they are beyond its limit. */
  total: number
  /** Of all runs, whatever was asked. */
  unseen: number
  /** What there is to choose from. */
  kinds: { kind: AlertKind; count: number }[]
  runs: { number: number; name: string; count: number }[]
}

/** `ids` null: all of them. */
export const alertMark = z.object({
  ids: z.array(z.number().int()).max(5000).nullable(),
  seen: z.boolean(),
})
