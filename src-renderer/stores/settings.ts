/**
 * Everything that a person may set about the window, in one table: the page of settings, its search, and files of settings come from it.
 * What has a store of its own is read and written there; the rest is kept here.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { abscissae } from '../charts/abscissa.ts'
import { changeLanguage, language, languages, t } from '../text/t.ts'
import { type NoticeKind, noticeKinds } from './notices.ts'
import { schemeStore } from './scheme.ts'
import { viewStore } from './view.ts'

type Value = string | boolean

export interface Setting {
  /** In files of settings. */
  id: string
  section: 'appearance' | 'reading' | 'notifications'
  name: string
  about: string
  /** More words to find it by. */
  words: string
  /** Values that it takes, with their names; a switch has none. */
  choices?: readonly { value: string; label: string }[]
  /** What there is before a person chooses. */
  initial: Value
  get(): Value
  set(value: Value): void
}

const storageKey = 'grpo-studio.settings'

/** Told outside the window: whether at all, and which events. */
export type Notifications = Record<NoticeKind, boolean> & { on: boolean }

const silent: Notifications = { on: false, finished: true, paused: true, failed: true, alert: true }

function restored(): Notifications {
  try {
    const { notifications } = JSON.parse(window.localStorage.getItem(storageKey) ?? '{}')
    const kept = Object.entries(notifications ?? {}).filter(
      ([name, value]) => name in silent && typeof value === 'boolean',
    )
    return { ...silent, ...Object.fromEntries(kept) }
  } catch {
    return silent
  }
}

export const notificationsStore = createStore<Notifications>(restored)

notificationsStore.subscribe((notifications) =>
  window.localStorage.setItem(storageKey, JSON.stringify({ notifications })),
)

function kept<S, K extends keyof S & string>(
  store: StoreApi<S>,
  key: K,
): Pick<Setting, 'get' | 'set'> & { store: StoreApi<S> } {
  return {
    store,
    get: () => store.getState()[key] as Value,
    set: (value) => store.setState({ [key]: value } as unknown as Partial<S>),
  }
}

const aboutNotices: Record<NoticeKind, [string, string]> = {
  finished: [t('A run is finished'), t('With its held-out accuracy.')],
  paused: [t('A run is paused'), t('By an alert, a full disk, or a hand elsewhere.')],
  failed: [t('A run has failed'), t('With the reason.')],
  alert: [t('An alert'), t('With its sentence.')],
}

export const settings: readonly Setting[] = [
  {
    id: 'appearance.scheme',
    section: 'appearance',
    name: t('Colours'),
    about: t('Both are designed; the system’s choice follows it through the day.'),
    words: 'dark light theme mode system',
    choices: [
      { value: 'auto', label: t('As the system') },
      { value: 'dark', label: t('Dark') },
      { value: 'light', label: t('Light') },
    ],
    initial: 'auto',
    ...kept(schemeStore, 'wish'),
  },
  {
    id: 'appearance.language',
    section: 'appearance',
    name: t('Language'),
    about: t('The window is loaded anew; what it shows stays.'),
    words: 'english chinese 中文 translation',
    choices: Object.entries(languages).map(([value, label]) => ({ value, label })),
    initial: 'en',
    get: language,
    set: (value) => {
      if (value !== language()) changeLanguage(value as keyof typeof languages)
    },
  },
  {
    id: 'reading.over',
    section: 'reading',
    name: t('Charts run over'),
    about: t('What the horizontal axis of every chart counts.'),
    words: 'axis steps time tokens abscissa',
    choices: abscissae.map((value) => ({ value, label: t(value) })),
    initial: 'steps',
    ...kept(viewStore, 'over'),
  },
  {
    id: 'reading.smooth',
    section: 'reading',
    name: t('Smooth curves'),
    about: t('An average over neighbouring steps; the values themselves stay behind it.'),
    words: 'smoothing average charts',
    initial: true,
    ...kept(viewStore, 'smooth'),
  },
  {
    id: 'reading.log',
    section: 'reading',
    name: t('Heights by powers of ten'),
    about: t('A logarithmic axis for every chart whose values are above 0.'),
    words: 'log logarithm scale charts',
    initial: false,
    ...kept(viewStore, 'log'),
  },
  {
    id: 'reading.rows',
    section: 'reading',
    name: t('Rows of the heatmap'),
    about: t('Groups that teach most on top, or as they were drawn.'),
    words: 'groups order spread sort',
    choices: [
      { value: 'spread', label: t('Most spread first') },
      { value: 'drawn', label: t('As drawn') },
    ],
    initial: 'spread',
    ...kept(viewStore, 'rows'),
  },
  {
    id: 'reading.furtherKnobs',
    section: 'reading',
    name: t('Show further knobs'),
    about: t('Those that most runs leave alone are unfolded in the steering panel.'),
    words: 'steer advanced',
    initial: false,
    ...kept(viewStore, 'furtherKnobs'),
  },
  {
    id: 'notifications.on',
    section: 'notifications',
    name: t('Notify me outside the window'),
    about: t('While another window is in front. A click on a notification leads to the run.'),
    words: 'native desktop permission',
    initial: false,
    ...kept(notificationsStore, 'on'),
  },
  ...noticeKinds.map(
    (kind): Setting => ({
      id: `notifications.${kind}`,
      section: 'notifications',
      name: aboutNotices[kind][0],
      about: aboutNotices[kind][1],
      words: kind,
      initial: true,
      ...kept(notificationsStore, kind),
    }),
  ),
]

/** Calls back when any of them changes. */
export function onSettings(listener: () => void): () => void {
  const stops = [schemeStore, viewStore, notificationsStore].map((store) => store.subscribe(listener))
  return () => {
    for (const stop of stops) stop()
  }
}

/** In which every word of the text occurs. */
export function foundSettings(text: string): Setting[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean)
  return settings.filter(({ section, name, about, words, id }) => {
    const all = [section, name, about, words, id].join('\n').toLowerCase()
    return wanted.every((word) => all.includes(word))
  })
}
