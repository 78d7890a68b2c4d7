import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import { diagnose } from '../host/diagnose.ts'
import { Host } from '../host/host.ts'
import { defaultPort } from '../host/port.ts'
import { recipeSource } from '../host/recipe-edit.ts'
import { loadRecipe } from '../host/recipes.ts'
import { version } from '../host/version.ts'
import { onInterrupt } from './interrupt.ts'
import { backendOption, dataFolder, dataOption, jsonOption, setOption, wholeNumber } from './options.ts'
import { print, printJson, say } from './output.ts'
import { Progress } from './progress.ts'
import { recipeGiven } from './recipe-given.ts'

interface ServeOptions {
  port?: number
  open: boolean
  recipe?: string
  set?: string[]
  backend?: string
  data?: string
  json?: boolean
}

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('the app in a browser: serves its window on this machine and prints the address')
    .option('--port <port>', `port on 127.0.0.1 (default: ${defaultPort}, or the next free one)`, wholeNumber(0, 65535))
    .option('--no-open', 'do not open the default browser')
    .option('--recipe <recipe>', 'launch this recipe (name or file) at once')
    .addOption(setOption('with --recipe: change a field or setting of it; repeatable'))
    .addOption(backendOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Over SSH, forward the port and open the printed address on your own machine:
  ssh -L ${defaultPort}:127.0.0.1:${defaultPort} the-gpu-box grpo-studio serve --no-open

Examples:
  grpo-studio serve
  grpo-studio serve --recipe r1-zero-mini
  grpo-studio serve --port 8080 --no-open --data /scratch/runs`,
    )
    .action(serve)
}

async function serve(options: ServeOptions): Promise<void> {
  // The other verbs need no server: they start faster without it.
  const { makeApi } = await import('../host/api.ts')
  const { startServer, tokenOf } = await import('../host/server.ts')
  const named = options.recipe === undefined ? undefined : recipeGiven(options.recipe, options)
  const recipe = named === undefined ? undefined : loadRecipe(named, options.set ?? [])
  const host = new Host({ dataFolder: dataFolder(options), command: 'grpo-studio serve' })
  try {
    for (const { message, hint } of host.notices) say(`! ${message}\n  ${hint}`)
    const api = makeApi({
      host,
      info: { version, mode: 'browser', launched: options.recipe ?? null },
      diagnose: () => diagnose(host.dataFolder),
    })
    const server = await startServer({ api, host, token: tokenOf(host.dataFolder), port: options.port })
    try {
      host.note({ address: server.address })
      const interrupted = onInterrupt()
      if (options.json) printJson({ address: server.address, port: server.port, dataFolder: host.dataFolder })
      else {
        print(server.address)
        say('Trainers on this machine report here: docs/attach.md says how (pip install ./python).')
      }
      if (options.open) openBrowser(server.address)
      void follow(host, interrupted.signal)
      if (recipe && named) {
        const source = recipeSource(named, options.set ?? [])
        await host.launch(recipe, options.backend ?? null, false, undefined, source)
      }
      await interrupted.first
      say(host.active ? 'Pausing the run at a checkpoint; Ctrl-C again ends it at once.' : 'Closing.')
      void interrupted.second.then(() => host.endNow())
      // before the server, so that open windows still see the last step and the pause
      await host.close('The app was closed (Ctrl-C).')
    } finally {
      await server.close()
    }
  } finally {
    await host.close('The app could not be served.')
  }
}

async function follow(host: Host, signal: AbortSignal): Promise<void> {
  const progress = new Progress()
  for await (const event of host.subscribe(signal)) progress.show(event)
  progress.end()
}

/** Only where there is a display to show it on. */
function openBrowser(address: string): void {
  const hasDisplay = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY
  if (!hasDisplay) return
  const command = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open'
  const browser = spawn(command, [address], { stdio: 'ignore', detached: true })
  browser.on('error', () => say('No browser could be opened: open the address above yourself.'))
  browser.unref()
}
