/** What the shell around the window asks of it: Electron alone has one. */
import type { Wish } from '../../src-main/contract/wish.ts'
import { language, t } from '../text/t.ts'
import { told } from './announce.ts'
import { go, parseRoute } from './route.ts'
import { viewStore } from './view.ts'

export function followShell(): void {
  window.grpoStudio?.speak?.(language())
  window.grpoStudio?.onWish?.(fulfil)
}

export function fulfil(wish: Wish): void {
  if (wish.kind === 'go') go(parseRoute(wish.address))
  else if (wish.kind === 'recipe')
    viewStore.setState({ launch: true, launchLike: null, judgedBy: null, launchFile: wish.file })
  else told(t(wish.title, wish.values), t(wish.message, wish.values))
}
