/** Every table whose rows are one run's, by its column `run`; groups, completions and samples go with their steps and evaluations. */
export const runTables = [
  'stages',
  'steps',
  'evaluations',
  'steering_events',
  'checkpoints',
  'alerts',
  'problem_data',
  'sample_labels',
  'writers',
  'trainer_checkpoints',
  'ray_jobs',
] as const
