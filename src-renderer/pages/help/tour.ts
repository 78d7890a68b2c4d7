/** Five minutes through the window: what to look at, and the command that leads there. */
import type { Action } from '../../actions/action.ts'
import { goToAlerts, goToCompare, goToLibrary, goToLive, goToPlayground, goToTraces } from '../../actions/goTo.ts'
import { openBest } from '../../actions/groups.ts'
import { launch } from '../../actions/launch.ts'
import { focusSteering } from '../../actions/steering.ts'
import { openPalette } from '../../actions/window.ts'
import { t } from '../../text/t.ts'
import type { HelpPicture } from './pictures.ts'

export interface TourStep {
  title: string
  about: string
  picture: HelpPicture
  /** The first leads there. */
  actions: readonly Action[]
}

export const tour: readonly TourStep[] = [
  {
    title: t('Launch a run'),
    about: t(
      'r1-zero-mini teaches the model that comes with the app to do sums, in a few minutes on a laptop. The dialog says beforehand how much memory and time a recipe takes.',
    ),
    picture: 'new-run',
    actions: [launch],
  },
  {
    title: t('Watch it learn'),
    about: t(
      'The live page has the curves, and under them the groups of the step: a row a prompt, a cell an answer. Blue answers were better than their group, orange ones worse, and hatched rows taught nothing.',
    ),
    picture: 'live',
    actions: [goToLive],
  },
  {
    title: t('Read the answers'),
    about: t(
      'Click a cell: the prompt once, and its answers beside one another, best first, with what each reward saw. “Through time” shows how the answers to one prompt changed.',
    ),
    picture: 'group',
    actions: [goToLive, openBest],
  },
  {
    title: t('Turn a knob'),
    about: t(
      'Type a value and press Enter: it holds from the next step on, and a ◆ marks it on every chart. Try a temperature of 1.2 when groups lose their spread.',
    ),
    picture: 'steering',
    actions: [goToLive, focusSteering],
  },
  {
    title: t('Search everything that was said'),
    about: t(
      'All completions of a run, by words, regular expression, reward, length or step; labels and notes stay with them.',
    ),
    picture: 'traces',
    actions: [goToTraces],
  },
  {
    title: t('Go another way'),
    about: t(
      'From any checkpoint a fork begins with other settings, and Compare lays both over one another. The playground lets you talk with any checkpoint; nothing of it enters a run.',
    ),
    picture: 'compare',
    actions: [goToCompare, goToPlayground],
  },
  {
    title: t('Be told, and clear up'),
    about: t(
      'Alerts say what went wrong and what helps; notifications tell you of them while you do something else. The library shows what takes room on the disk.',
    ),
    picture: 'alerts',
    actions: [goToAlerts, goToLibrary],
  },
  {
    title: t('Find anything'),
    about: t('Every command has its name in the palette, and most have a key.'),
    picture: 'palette',
    actions: [openPalette],
  },
]
