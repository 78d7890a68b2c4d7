/** What the tokens of a sample are coloured by, and how strongly. */
import type { TokenView } from '../../src-main/contract/tokens.ts'
import { fixed, percent, signed } from '../format/number.ts'
import { list, t } from './t.ts'
import { visible } from './visible.ts'

export const tokenColours = ['none', 'surprise', 'choice', 'change'] as const
export type TokenColour = (typeof tokenColours)[number]

export interface ColourInfo {
  name: string
  about: string
  /** Nats at which the colour is as strong as it gets. */
  most: number
  /** Ends of the legend. */
  ends: readonly [string, string]
}

export const colourInfo: Record<Exclude<TokenColour, 'none'>, ColourInfo> = {
  surprise: {
    name: t('surprise'),
    about: t('How unlikely each token was: minus its log-probability.'),
    most: 4,
    ends: [t('certain'), t('one in 50 or less')],
  },
  choice: {
    name: t('choice'),
    about: t('How open the choice was: the entropy of what could have come.'),
    most: 2,
    ends: [t('no choice'), t('2 nats or more')],
  },
  change: {
    name: t('change'),
    about: t('How much likelier or unlikelier the token is than under the reference policy.'),
    most: 3,
    ends: [t('20 times unlikelier'), t('20 times likelier')],
  },
}

/** From −1 to 1; below 0 only for what has become unlikelier. 0 where it was not delivered. */
export function strength({ logProb, referenceLogProb, entropy }: TokenView, by: Exclude<TokenColour, 'none'>): number {
  const value = { surprise: -logProb, choice: entropy, change: logProb - referenceLogProb }[by]
  if (Number.isNaN(value)) return 0
  return Math.max(-1, Math.min(1, value / colourInfo[by].most))
}

/** As it can be read: blanks and line ends are seen, and so is an end. */
export const readable = (text: string): string =>
  text === '' ? t('the end') : `“${visible(text.replaceAll('\n', '↵'))}”`

export function aboutToken({ text, end, logProb, referenceLogProb, entropy, likely }: TokenView): string {
  const share = percent(Math.exp(logProb))
  if (Number.isNaN(entropy)) return `${readable(end ? '' : text)} ${share}`
  const change = logProb - referenceLogProb
  const others = likely
    .filter((one) => one.text !== text)
    .map((one) => `${readable(one.text)} ${percent(one.probability)}`)
  return t('{{end}} {{share}}; choice {{entropy}} nats; {{change}} nats against the reference. Else: {{others}}', {
    end: readable(end ? '' : text),
    share,
    entropy: fixed(entropy, 2),
    change: signed(change),
    others: list(others),
  })
}

/** The least likely ones, in their order of surprise. */
export function leastLikely(tokens: readonly TokenView[], count: number): TokenView[] {
  const known = tokens.filter(({ logProb }) => !Number.isNaN(logProb))
  return known.sort((a, b) => a.logProb - b.logProb).slice(0, count)
}
