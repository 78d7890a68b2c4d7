import { memo } from 'react'
import type { TokenView } from '../../../../src-main/contract/tokens.ts'
import { percent } from '../../../format/number.ts'
import { hint } from '../../../parts/hint.ts'
import { list, t } from '../../../text/t.ts'
import { aboutToken, leastLikely, readable, strength, type TokenColour } from '../../../text/token-colour.ts'
import { visible } from '../../../text/visible.ts'
import styles from './Sample.module.css'

interface TokensProps {
  tokens: readonly TokenView[]
  colour: Exclude<TokenColour, 'none'>
}

/** A sample as its tokens, coloured; point at one to see what else was likely. */
export const Tokens = memo(function Tokens({ tokens, colour }: TokensProps) {
  return (
    <>
      <p className={styles.tokens} data-colour={colour}>
        {tokens.map((token, i) => {
          const value = strength(token, colour)
          return (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place
              key={i}
              {...hint(aboutToken(token), 'bottom')}
              data-below={value < 0}
              style={{ '--strength': `${Math.round(Math.abs(value) * 60)}%` } as React.CSSProperties}
            >
              {token.end ? <i>{t('end')}</i> : visible(token.text)}
            </span>
          )
        })}
      </p>
      <p className={styles.unlikely}>
        {t('least likely: {{join}}', {
          join: list(
            leastLikely(tokens, 4).map(
              ({ text, end, logProb }) => `${readable(end ? '' : text)} ${percent(Math.exp(logProb))}`,
            ),
          ),
        })}
      </p>
    </>
  )
})
