import { useConnection } from '../stores/use.ts'
import { t } from '../text/t.ts'
import { Problem } from './Problem.tsx'

const texts = {
  refused: {
    message: t('The host answers, but does not let this window in: the token in the address is missing or wrong.'),
    hint: t('Open the whole address that the host printed when it started.'),
  },
  lost: {
    message: t('The host cannot be reached just now. The window tries again by itself.'),
    hint: t('If it was closed, start it again with npm start; stored runs are safe.'),
  },
}

/** Why nothing comes in, on pages that have no header to say so. */
export function Unreachable() {
  const { status } = useConnection()
  return status === 'refused' || status === 'lost' ? <Problem explanation={texts[status]} /> : null
}
