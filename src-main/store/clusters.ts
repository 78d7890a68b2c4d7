/** Table `clusters`: Ray clusters as they were saved. */
import { type Cluster, clusterSchema } from '../contract/ray.ts'
import { type Db, sql } from './database.ts'

const clusterOf = (json: string): Cluster => clusterSchema.parse(JSON.parse(json))

export const listClusters = (db: Db): Cluster[] =>
  sql<string>(db, 'SELECT cluster FROM clusters ORDER BY name').pluck().all().map(clusterOf)

export function findCluster(db: Db, name: string): Cluster | undefined {
  const json = sql<string>(db, 'SELECT cluster FROM clusters WHERE name = ?').pluck().get(name)
  return json === undefined ? undefined : clusterOf(json)
}

export function putCluster(db: Db, cluster: Cluster): void {
  sql(db, 'INSERT OR REPLACE INTO clusters (name, cluster) VALUES (?, ?)').run(cluster.name, JSON.stringify(cluster))
}

/** @returns whether there was one */
export const deleteCluster = (db: Db, name: string): boolean =>
  sql(db, 'DELETE FROM clusters WHERE name = ?').run(name).changes > 0
