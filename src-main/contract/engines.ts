/** What people call the trainers that report here. */

const names: Readonly<Record<string, string>> = {
  trl: 'TRL',
  verl: 'verl',
  openrlhf: 'OpenRLHF',
  tensorboard: 'TensorBoard',
  table: 'Table',
  'grpo-studio': 'grpo-studio',
}

/** As it calls itself where we do not know it. */
export const engineName = (engine: string): string => names[engine] ?? engine
