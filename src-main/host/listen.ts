/** Takes a port on loopback: the one that was asked for, or the next free one. */
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { StudioError } from '../contract/errors.ts'
import { defaultPort } from './port.ts'

const portsTried = 20

/** @param asked only this one is tried; 0 takes any free one @returns the port @throws StudioError port-in-use naming it */
export async function listen(app: FastifyInstance, asked: number | undefined): Promise<number> {
  const first = asked ?? defaultPort
  const last = asked === undefined ? first + portsTried - 1 : first
  for (let port = first; port <= last; port++) {
    try {
      await app.listen({ host: '127.0.0.1', port })
      return (app.server.address() as AddressInfo).port
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EACCES') {
        throw new StudioError(
          'port-in-use',
          `Port ${port} may not be used by this user.`,
          'Choose one above 1023 with --port.',
        )
      }
      if (code !== 'EADDRINUSE') throw error
    }
  }
  const which = asked === undefined ? `Ports ${first} to ${last} are all` : `Port ${first} is`
  throw new StudioError(
    'port-in-use',
    `${which} in use on 127.0.0.1.`,
    'Choose another one with --port N (0 takes any free one).',
  )
}
