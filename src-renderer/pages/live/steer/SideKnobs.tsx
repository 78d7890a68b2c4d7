import { Fragment, memo, useId } from 'react'
import { sidesOf } from '../../../../src-main/contract/composite.ts'
import { domains } from '../../../../src-main/contract/domains.ts'
import { type Knob, type KnobChanges, type KnobName, knobs, knobValue } from '../../../../src-main/contract/knobs.ts'
import { type RewardSide, rewardInfo, rewardNames, sideOf } from '../../../../src-main/contract/rewards.ts'
import type { Settings } from '../../../../src-main/contract/settings.ts'
import { hint } from '../../../parts/hint.ts'
import { list, t } from '../../../text/t.ts'
import knobStyles from './Knob.module.css'
import { KnobField } from './KnobField.tsx'
import { KnobState } from './KnobState.tsx'
import styles from './SideKnobs.module.css'
import { type KnobProps, knobKeys, useKnob } from './useKnob.ts'

interface SideKnobsProps {
  settings: Settings
  pending: KnobChanges
  disabled: boolean
}

export const isSideKnob = ({ name }: Knob) => name.startsWith('side')

/** The composite's sides as a table: how much each counts on prompts of a domain, and how it is scaled before. */
export const SideKnobs = memo(function SideKnobs({ settings, pending, disabled }: SideKnobsProps) {
  const sides = sidesOf(settings.rewardWeights)
  const id = useId()
  const rewardsOn = (side: RewardSide) =>
    list(
      rewardNames
        .filter((name) => settings.rewardWeights[name] !== undefined && sideOf(name) === side)
        .map((name) => t(rewardInfo[name].label)),
    )
  const rows = [
    ...domains.map((domain) => ({
      title: t(domain),
      about: t('How much each side counts on {{domain}} prompts', { domain: t(domain) }),
      nameOf: (side: RewardSide): KnobName => `sideWeights.${domain}.${side}`,
    })),
    {
      title: t('scaled by'),
      about: t('Before its weight: by mean and spread of its group, or of all outputs of the steps before (running)'),
      nameOf: (side: RewardSide): KnobName => `sideScaling.${side}`,
    },
  ]
  return (
    <section className={styles.sides} aria-label={t('Sides of the reward')} data-sides={sides.length}>
      <h3
        {...hint(
          t('Reward = reasoning side + general side + language side, each times its weight for the prompt’s domain'),
          'left',
        )}
      >
        {t('Sides of the reward')}
      </h3>
      {sides.map((side) => (
        <span key={side} className={styles.side} {...hint(rewardsOn(side), 'left')}>
          {t(side)}
        </span>
      ))}
      {rows.map(({ title, about, nameOf }) => (
        <Fragment key={title}>
          <span className={styles.title} {...hint(about, 'left')}>
            {title}
          </span>
          {sides.map((side) => {
            const props = propsOf(nameOf(side), settings, pending)
            return <Cell key={side} {...props} id={`${id}-${side}-${title}`} disabled={disabled} />
          })}
          {sides.map((side) => (
            <Told key={side} {...propsOf(nameOf(side), settings, pending)} id={`${id}-${side}-${title}`} />
          ))}
        </Fragment>
      ))}
    </section>
  )
})

const propsOf = (name: KnobName, settings: Settings, pending: KnobChanges): KnobProps => ({
  knob: knobs.find((knob) => knob.name === name)!,
  inForce: knobValue(settings, name),
  pending: pending[name],
})

function Cell({ id, disabled, ...props }: KnobProps & { id: string; disabled: boolean }) {
  const view = useKnob(props)
  const { name, label, choices } = props.knob
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Enter and Escape of the field inside
    <div
      className={knobStyles.cell}
      data-knob={name}
      data-state={view.state}
      data-off={!choices && view.value === 0}
      onKeyDown={knobKeys(view)}
    >
      <KnobField view={view} id={id} disabled={disabled} label={label} />
    </div>
  )
}

/** What comes of a change, below the row of its cell, while there is something to say. */
function Told({ id, ...props }: KnobProps & { id: string }) {
  const view = useKnob(props)
  if (view.state === 'calm') return null
  return (
    <p className={styles.told} data-state={view.state} id={view.problem ? `${id}-problem` : `${id}-state`}>
      {view.problem ?? (
        <>
          {props.knob.label}: <KnobState view={view} />
        </>
      )}
    </p>
  )
}
