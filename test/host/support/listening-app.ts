/** An app of its own process on a data folder, to which trainers report, to be killed: it says `port N`. */
import { Host } from '../../../src-main/host/host.ts'
import { startTrainerListener } from '../../../src-main/host/ingest/listener.ts'
import { tokenOf } from '../../../src-main/host/server.ts'

const host = new Host({ dataFolder: process.argv[2], command: 'the app under test' })
const { port } = await startTrainerListener({ host, token: tokenOf(host.dataFolder), port: 0 })
console.log(`port ${port}`)
