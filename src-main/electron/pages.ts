/** The window's files under `app://studio/`, with the same content security policy as in browser mode. */
import { join, normalize, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { net, protocol } from 'electron'
import { contentSecurityPolicy } from '../host/server.ts'
import { isOwnPage, pageScheme as scheme } from './own-page.ts'

/** Before the app is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

export function servePages(folder: string): void {
  protocol.handle(scheme, async (request) => {
    const file = normalize(join(folder, decodeURIComponent(new URL(request.url).pathname)))
    if (!isOwnPage(request.url) || !file.startsWith(folder + sep)) return new Response('Not found', { status: 404 })
    const response = await net.fetch(pathToFileURL(file).href)
    const headers = new Headers(response.headers)
    headers.set('content-security-policy', contentSecurityPolicy(`'self'`))
    headers.set('x-content-type-options', 'nosniff')
    return new Response(response.body, { status: response.status, headers })
  })
}
