/** The Hugging Face hub: what a model consists of. The endpoint is HF_ENDPOINT as for Hugging Face's own tools. */
import { StudioError } from '../contract/errors.ts'

export interface HubFile {
  file: string
  bytes: number
  /** sha256 of a large file (Git LFS), else Git's own sha1 of it. */
  hash: { algorithm: 'sha256' | 'git'; value: string }
}

export interface HubModel {
  name: string
  /** The commit that the revision means now. */
  commit: string
  files: HubFile[]
}

export interface HubAccess {
  env?: NodeJS.ProcessEnv
  signal?: AbortSignal
  /** Milliseconds until a silent hub counts as out of reach. */
  patience?: number
}

export const endpointOf = (env: NodeJS.ProcessEnv): string =>
  (env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '')

/** The person's own token for models that ask for one; it goes to the endpoint alone. */
export const headersOf = (env: NodeJS.ProcessEnv): Record<string, string> =>
  env.HF_TOKEN ? { authorization: `Bearer ${env.HF_TOKEN}` } : {}

/** @throws StudioError network when the hub is out of reach, not-found, bad-model for an answer that makes no sense */
export async function describeModel(name: string, revision: string, access: HubAccess = {}): Promise<HubModel> {
  const { env = process.env, signal, patience = 15_000 } = access
  const endpoint = endpointOf(env)
  const path = `/api/models/${name}/revision/${encodeURIComponent(revision)}?blobs=true`
  if (env.HF_HUB_OFFLINE === '1') throw outOfReach(endpoint, 'HF_HUB_OFFLINE is set')
  const limit = AbortSignal.timeout(patience)
  let json: unknown
  try {
    const response = await fetch(endpoint + path, {
      headers: headersOf(env),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    })
    requireOk(response, name, revision, endpoint)
    json = await response.json()
  } catch (error) {
    if (error instanceof StudioError || signal?.aborted) throw error
    if (error instanceof SyntaxError) throw senseless(endpoint)
    throw outOfReach(endpoint, reasonOf(error))
  }
  return parseModel(name, json, endpoint)
}

export function outOfReach(endpoint: string, reason: string): StudioError {
  return new StudioError(
    'network',
    `${endpoint} cannot be reached: ${reason}.`,
    'Check the connection; HF_ENDPOINT names another server. A model folder on this machine needs none.',
  )
}

/** What is behind fetch's "fetch failed". */
export function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: unknown; message?: string } }
  if (name === 'TimeoutError') return 'no answer came'
  return typeof cause?.code === 'string' ? cause.code : (cause?.message || message).replace(/\.$/, '')
}

export function requireOk(response: Response, name: string, revision: string, endpoint: string): void {
  if (response.ok) return
  const { status } = response
  if (status === 401 || status === 403)
    throw new StudioError(
      'not-found',
      `${endpoint} has no model ${name} for you: it does not exist, or asks for access.`,
      'Check the name. If its page asks for access, get it there and set HF_TOKEN to your token.',
    )
  if (status === 404)
    throw new StudioError(
      'not-found',
      `${endpoint} has no model ${name} with the revision ${revision}.`,
      'Check name and revision.',
    )
  throw new StudioError('network', `${endpoint} answered with status ${status}.`, 'Try again later.')
}

const senseless = (endpoint: string) =>
  new StudioError('network', `${endpoint} answered with something that is no list of files.`, 'Check HF_ENDPOINT.')

function parseModel(name: string, json: unknown, endpoint: string): HubModel {
  const { sha, siblings } = (json ?? {}) as { sha?: unknown; siblings?: unknown }
  if (typeof sha !== 'string' || !/^[0-9a-f]{40}$/.test(sha) || !Array.isArray(siblings)) throw senseless(endpoint)
  const files = siblings.map((entry): HubFile => {
    const { rfilename, size, blobId, lfs } = (entry ?? {}) as Record<string, unknown>
    const sha256 = (lfs as { sha256?: unknown } | null | undefined)?.sha256
    const large = typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)
    if (typeof rfilename !== 'string' || !Number.isSafeInteger(size) || (size as number) < 0) throw senseless(endpoint)
    if (!large && !(typeof blobId === 'string' && /^[0-9a-f]{40}$/.test(blobId))) throw senseless(endpoint)
    const hash = large
      ? { algorithm: 'sha256' as const, value: sha256 }
      : { algorithm: 'git' as const, value: blobId as string }
    return { file: rfilename, bytes: size as number, hash }
  })
  return { name, commit: sha, files }
}

const small = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  'chat_template.json',
]
const large = /^model(-\d+-of-\d+)?\.safetensors(\.index\.json)?$/

/**
 * The files that training needs: none of the other formats and frameworks.
 * @param gguf one GGUF file in place of all others
 * @throws StudioError bad-model when there is no such file, or none that can be used
 */
export function neededFiles({ name, files }: HubModel, gguf?: string): HubFile[] {
  const ggufs = files.map((f) => f.file).filter((file) => /^[\w][\w.-]*\.gguf$/.test(file))
  if (gguf !== undefined) {
    const found = files.find((f) => f.file === gguf && ggufs.includes(gguf))
    if (found) return [found]
    throw new StudioError(
      'bad-model',
      `${name} has no GGUF file ${gguf}.`,
      ggufs.length > 0 ? `It has: ${ggufs.join(', ')}.` : 'It has none at all.',
    )
  }
  const weights = files.filter((f) => large.test(f.file))
  if (weights.length > 0) return files.filter((f) => small.includes(f.file) || large.test(f.file))
  if (ggufs.length > 0)
    throw new StudioError('bad-model', `${name} has GGUF files only.`, `Name one with --file: ${ggufs.join(', ')}.`)
  const pickle = files.find((f) => /\.(bin|pt|pth)$/.test(f.file))
  throw new StudioError(
    'bad-model',
    pickle
      ? `${name} has its weights in ${pickle.file}, a pickle file: reading one can run any program in it.`
      : `${name} has no safetensors or GGUF file.`,
    'Choose a model with safetensors; many have them in another revision (--revision refs/pr/N).',
  )
}
