/** Pairs of answers to one prompt and single outputs, what a judge said of them, and what that says of the judge. */
import type { Estimate } from './evaluation.ts'

/** Two answers to one prompt, in an order that means nothing. */
export interface AnswerPair {
  prompt: string
  answers: readonly [string, string]
  /** The place of the one that somebody preferred before. */
  preferred?: 0
}

/** One asking of a judge, as a line of the file of verdicts. */
export interface Verdict {
  /** Which pair, or which output, by the hash of its texts. */
  pair: string
  /** The how manieth asking of it, from 0. */
  ask: number
  /** The second answer was shown first; of an output, "unsafe" was named first. */
  swapped: boolean
  /** Above 0: the answer shown first is better, or the label named first is right. Null: what the judge said is no verdict. */
  score: number | null
  /** The end of what it said, or why it said nothing. */
  said: string
  /** Of a judge that is asked for the odds of A and B: the probability that it says one of the two. */
  mass?: number
}

/** What a judging came to, whatever was judged. */
export interface Judging {
  judge: string
  /** Askings of each item. */
  asks: number
  verdicts: number
  /** Of the verdicts: what could not be read. */
  unreadable: number
  position: {
    /** Share of the verdicts that prefer what is shown first, ties half, over items that were read in both orders; ½ without bias. */
    first: Estimate | null
    /** Share of those items of which both orders say the same. */
    consistent: Estimate | null
    /** Mean score of what is shown first; 0 without bias. */
    lean: number | null
  }
  /** Mean probability of A and B together, of a judge that is asked for it. */
  mass: number | null
  /** Items of which fewer than half the verdicts could be read. */
  unread: number
  /** Items whose mean score is not beyond the threshold. */
  undecided: number
  kept: number
  /** Why the judge, or what it left, should not be trusted as it is; sentences with their figures. */
  doubts: string[]
}

export interface JudgeReport extends Judging {
  pairs: number
  length: {
    /** Share of the decided pairs whose better answer is the longer one. */
    longer: Estimate | null
    /** Between how much longer an answer is (log of the ratio of characters) and its score. */
    correlation: number | null
  }
  /** Left out so that the better answer is as often the shorter one. */
  leftOut: number
  /** Share of pairs whose chosen answer is the longer one, before and after that. */
  longerBefore: number | null
  longerAfter: number | null
  /** Characters. */
  meanChosen: number | null
  meanRejected: number | null
}

export interface SafetyJudgeReport extends Judging {
  outputs: number
  /** Of those kept. */
  safe: number
  unsafe: number
  /** How often the label is what the file says, where it says one; Wilson's interval. */
  agreement: Estimate | null
  /** Characters. */
  meanSafe: number | null
  meanUnsafe: number | null
}
