/** What each kind of alert says and when it is raised, for whoever reads or filters them. */
import type { AlertKind } from './records.ts'

export interface AlertKindInfo {
  label: string
  /** When it is raised. */
  when: string
  /** What becomes of the run, unless its recipe's `pauseOn` says otherwise. */
  run: string
}

const goesOn = 'goes on'

export const alertKinds: Readonly<Record<AlertKind, AlertKindInfo>> = {
  'kl-jump': {
    label: 'KL jump',
    when: 'In two steps in a row KL is at least 0.5 nats a token, and five times the least of the three before; a run begins at 0.',
    run: goesOn,
  },
  'kl-explosion': {
    label: 'KL explosion',
    when: 'In two steps in a row KL is at least 3 nats a token, and ten times the least of the last 20 steps before; a run begins at 0.',
    run: 'pauses',
  },
  'gradient-explosion': {
    label: 'gradient explosion',
    when: 'In two steps in a row the gradient norm is at least 10, and ten times the median of the last 18 steps before.',
    run: 'pauses',
  },
  'no-signal': {
    label: 'no signal',
    when: 'In each of five steps at least 90 % of the groups had equal rewards.',
    run: goesOn,
  },
  'all-truncated': {
    label: 'cut answers',
    when: 'In each of three steps at least 80 % of the answers reached the token limit.',
    run: goesOn,
  },
  'sampler-gap': {
    label: 'sampler gap',
    when: 'Sampler and trainer disagree by 0.05 nats or more on a token: a ratio is then 5 % off before anything was learned, where rounding makes some 0.00001.',
    run: goesOn,
  },
  'length-growth': {
    label: 'length growth',
    when: 'Over 20 steps answers got 40 % longer (and 8 tokens), and the share of right ones did not grow by 5 points.',
    run: goesOn,
  },
  'repetition-growth': {
    label: 'repetition growth',
    when: 'Over 20 steps repeated 4-grams grew by 15 points, and the share of right ones did not grow by 5.',
    run: goesOn,
  },
  'identical-answers': {
    label: 'identical answers',
    when: 'In each of three steps, in half of the groups, all outputs gave the same answer, and no rule called it right.',
    run: goesOn,
  },
  'hollow-format': {
    label: 'hollow form',
    when: 'In each of three steps 60 % of the outputs kept the form, with less than two words of reasoning and no right answer.',
    run: goesOn,
  },
  'other-language': {
    label: 'other language',
    when: 'In each of three steps 30 % of the outputs reasoned mostly in another language than they were asked in (or than the language reward wants).',
    run: goesOn,
  },
  'reward-apart': {
    label: 'reward apart',
    when: 'A weighed reward rose while held-out accuracy, which only rules say, fell so far that the 95 % intervals no longer meet.',
    run: goesOn,
  },
  'no-data': {
    label: 'no data',
    when: 'A stage was skipped: the one before it collected nothing to learn from.',
    run: goesOn,
  },
  'reward-model': {
    label: 'doubtful reward model',
    when: 'A stage trained a reward model that is no better than chance, or mostly measures length.',
    run: 'pauses',
  },
  'reward-model-range': {
    label: 'reward model out of range',
    when: 'In each of three steps the reward model’s score of 20 % of the outputs left the range of those that it gave its training texts.',
    run: goesOn,
  },
  'neural-reward': {
    label: 'neural reward on reasoning',
    when: 'A reward model counts on math, code or logic prompts, where R1 has rules alone; once, and again after the weight had been 0.',
    run: goesOn,
  },
  gate: {
    label: 'gate',
    when: 'The gate of a stage was reached, and the recipe leaves it to a person to go on.',
    run: 'pauses',
  },
  'non-finite': {
    label: 'not finite',
    when: 'The loss or the gradient norm became infinite or no number.',
    run: 'pauses; the step is undone',
  },
  checkpoint: {
    label: 'checkpoint',
    when: 'A checkpoint could not be written: the disk is full or read-only.',
    run: 'pauses',
  },
  'disk-full': {
    label: 'disk full',
    when: 'A step could not be stored, as the disk is full.',
    run: 'pauses, with that step kept in memory',
  },
  storage: {
    label: 'storage',
    when: 'A step could not be stored.',
    run: 'pauses, with that step kept in memory',
  },
  'engine-died': {
    label: 'engine died',
    when: 'The engine’s process ended before the run did.',
    run: 'ends as failed or interrupted; it can be resumed',
  },
  trainer: {
    label: 'from the trainer',
    when: 'The trainer of an attached run tells of something that went wrong.',
    run: 'is its trainer’s matter',
  },
  'trainer-note': {
    label: 'note of the trainer',
    when: 'The trainer of an attached run tells of something that a person may want to read.',
    run: goesOn,
  },
}
