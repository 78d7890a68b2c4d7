/** The schema, as the list of changes that made it. A released entry is never edited: changes are new entries. */
import { existsSync, rmSync } from 'node:fs'
import { StudioError } from '../contract/errors.ts'
import type { Db } from './database.ts'

const initial = `
CREATE TABLE runs (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  config TEXT NOT NULL,
  status TEXT NOT NULL,
  backend_wanted TEXT,
  backend TEXT,
  device TEXT,
  parameters INTEGER,
  created_at TEXT NOT NULL,
  ended_at TEXT,
  step INTEGER NOT NULL DEFAULT 0,
  stage INTEGER NOT NULL DEFAULT 0,
  settings TEXT NOT NULL,
  error TEXT
) STRICT;

CREATE TABLE stages (
  run INTEGER NOT NULL REFERENCES runs(number) ON DELETE CASCADE,
  stage INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  planned_steps INTEGER NOT NULL,
  first_step INTEGER,
  last_step INTEGER,
  end_reason TEXT,
  PRIMARY KEY (run, stage)
) STRICT, WITHOUT ROWID;

-- seconds: of training at the end of the step, pauses not counted.
CREATE TABLE steps (
  run INTEGER NOT NULL REFERENCES runs(number) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  stage INTEGER NOT NULL,
  at TEXT NOT NULL,
  seconds REAL NOT NULL,
  settings TEXT NOT NULL,
  PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE metric_names (
  metric INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- One series lies together, in step order: a chart reads one range. NULL: not a finite number.
CREATE TABLE metrics (
  run INTEGER NOT NULL,
  metric INTEGER NOT NULL REFERENCES metric_names(metric),
  step INTEGER NOT NULL,
  value REAL,
  PRIMARY KEY (run, metric, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE groups (
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  grp INTEGER NOT NULL,
  prompt TEXT NOT NULL,
  answer TEXT NOT NULL,
  kind TEXT NOT NULL,
  mean_reward REAL,
  std_reward REAL,
  zero_spread INTEGER NOT NULL,
  PRIMARY KEY (run, step, grp),
  FOREIGN KEY (run, step) REFERENCES steps(run, step) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX groups_by_prompt ON groups (run, prompt, step);

CREATE TABLE completions (
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  grp INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  text TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  finish_reason TEXT NOT NULL,
  reward REAL,
  advantage REAL,
  parts TEXT NOT NULL,
  PRIMARY KEY (run, step, grp, sample),
  FOREIGN KEY (run, step, grp) REFERENCES groups(run, step, grp) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE evaluations (
  run INTEGER NOT NULL REFERENCES runs(number) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  at TEXT NOT NULL,
  prompts INTEGER NOT NULL,
  accuracy REAL,
  accuracy_low REAL,
  accuracy_high REAL,
  format_rate REAL,
  mean_length REAL,
  reflections REAL,
  clipped_ratio REAL,
  by_kind TEXT NOT NULL,
  seconds REAL,
  PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE evaluation_samples (
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  position INTEGER NOT NULL,
  prompt TEXT NOT NULL,
  answer TEXT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  finish_reason TEXT NOT NULL,
  correct INTEGER NOT NULL,
  PRIMARY KEY (run, step, position),
  FOREIGN KEY (run, step) REFERENCES evaluations(run, step) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX evaluation_samples_by_prompt ON evaluation_samples (run, prompt, step);

CREATE TABLE steering_events (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs(number) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  changes TEXT,
  note TEXT,
  requested_at TEXT NOT NULL,
  requested_step INTEGER NOT NULL,
  effective_step INTEGER,
  before TEXT NOT NULL,
  refused TEXT
) STRICT;
CREATE INDEX steering_events_by_run ON steering_events (run, id);

CREATE TABLE checkpoints (
  run INTEGER NOT NULL REFERENCES runs(number) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  at TEXT NOT NULL,
  folder TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE alerts (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs(number) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  message TEXT NOT NULL,
  hint TEXT NOT NULL
) STRICT;
CREATE INDEX alerts_by_run ON alerts (run, id);
`

/** Alerts of before had none. */
const alertEvidence = `ALTER TABLE alerts ADD COLUMN evidence TEXT NOT NULL DEFAULT '[]';`

/** measures: `EvaluationMeasures` as JSON; NULL in evaluations that were made before, with one output a prompt. */
const severalSamples = `
ALTER TABLE evaluations ADD COLUMN measures TEXT;
ALTER TABLE evaluation_samples ADD COLUMN sample INTEGER NOT NULL DEFAULT 0;
ALTER TABLE evaluation_samples ADD COLUMN vote INTEGER;
ALTER TABLE evaluation_samples ADD COLUMN level REAL;
ALTER TABLE evaluation_samples ADD COLUMN language REAL;
`

/** request, summary: JSON. */
const modelEvaluations = `
CREATE TABLE model_evaluations (
  number INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  subject TEXT NOT NULL,
  problems TEXT NOT NULL,
  request TEXT NOT NULL,
  summary TEXT NOT NULL
) STRICT;

CREATE TABLE model_evaluation_samples (
  evaluation INTEGER NOT NULL REFERENCES model_evaluations(number) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  prompt TEXT NOT NULL,
  answer TEXT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  finish_reason TEXT NOT NULL,
  correct INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  vote INTEGER,
  level REAL,
  language REAL,
  PRIMARY KEY (evaluation, position)
) STRICT, WITHOUT ROWID;
`

/** Of the composite reward; completions of before had none. */
const completionSides = `ALTER TABLE completions ADD COLUMN sides TEXT NOT NULL DEFAULT '{}';`

/** What a verifier needs of a problem beside its answer, as JSON: once for all its groups. Groups of before have none. */
const problemData = `
CREATE TABLE problem_data (
  run INTEGER NOT NULL REFERENCES runs(number) ON DELETE CASCADE,
  prompt TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (run, prompt)
) STRICT, WITHOUT ROWID;
`

/** swapped: the second answer is on the left. said: what the source of the item says. repeat: 1 for a label of an item shown again. */
const labelling = `
CREATE TABLE label_sets (
  number INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  source TEXT NOT NULL,
  guidelines TEXT NOT NULL,
  repeats INTEGER NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE label_items (
  label_set INTEGER NOT NULL REFERENCES label_sets(number) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  prompt TEXT NOT NULL,
  first TEXT NOT NULL,
  second TEXT,
  swapped INTEGER NOT NULL,
  said TEXT,
  PRIMARY KEY (label_set, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE labels (
  id INTEGER PRIMARY KEY,
  label_set INTEGER NOT NULL,
  position INTEGER NOT NULL,
  repeat INTEGER NOT NULL,
  value TEXT NOT NULL,
  at TEXT NOT NULL,
  UNIQUE (label_set, position, repeat),
  FOREIGN KEY (label_set, position) REFERENCES label_items(label_set, position) ON DELETE CASCADE
) STRICT;
`

/**
 * queue.state: waiting, started (`run` says as which), failed (refused at its start, `error` says why), removed (`removed_from` says what it
 * was). recipe, error, plan: JSON. cell: position in the plan's cells.
 */
const queueAndSweeps = `
CREATE TABLE sweeps (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  plan TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE queue (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  position INTEGER NOT NULL,
  recipe TEXT NOT NULL,
  backend TEXT,
  anyway INTEGER NOT NULL,
  added_at TEXT NOT NULL,
  seconds REAL,
  state TEXT NOT NULL,
  removed_from TEXT,
  run INTEGER REFERENCES runs(number) ON DELETE SET NULL,
  error TEXT,
  sweep INTEGER REFERENCES sweeps(number) ON DELETE CASCADE,
  cell INTEGER
) STRICT;
CREATE INDEX queue_by_state ON queue (state, position);
CREATE INDEX queue_by_sweep ON queue (sweep, cell);
`

/**
 * Runs that grew out of others: their own steps come after `fork_step`, those before lie with `parent`. recipe_source: JSON, where the recipe was
 * read from. detail: JSON, of events that concern another run or the plan.
 */
const families = `
ALTER TABLE runs ADD COLUMN parent INTEGER REFERENCES runs(number) ON DELETE SET NULL;
ALTER TABLE runs ADD COLUMN fork_step INTEGER;
ALTER TABLE runs ADD COLUMN recipe_source TEXT;
ALTER TABLE steering_events ADD COLUMN detail TEXT;
`

/** recipe_source: JSON, where the recipe was read from. */
const queuedSources = `
ALTER TABLE queue ADD COLUMN recipe_source TEXT;
`

/**
 * What a person notes about runs, and the bin. tags: JSON. A run whose bin was emptied keeps its row, so that its number is never given again; `emptied`
 * says that the rest of it is gone, or going.
 */
const marksAndBin = `
ALTER TABLE runs ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN deleted_at TEXT;
ALTER TABLE runs ADD COLUMN emptied INTEGER NOT NULL DEFAULT 0;
`

/**
 * Beside the completions, not of them: steps that are done again after a crash are the same, and keep their labels.
 */
const sampleLabels = `
CREATE TABLE sample_labels (
  run INTEGER NOT NULL REFERENCES runs(number) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  grp INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  label TEXT NOT NULL,
  note TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (run, step, grp, sample)
) STRICT, WITHOUT ROWID;
`

/** Alerts of before count as seen: they were told where there was no list of them all. */
const seenAlerts = `
ALTER TABLE alerts ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
UPDATE alerts SET seen = 1;
CREATE INDEX alerts_unseen ON alerts (run) WHERE seen = 0;
`

/**
 * groups.judged: completions on which a reward says what is right; right_ones: those of them that are; mean_tokens: of a completion.
 * completions.language: in which it reasons, `und` where that cannot be told; NULL in those that were stored before.
 */
const groupFigures = `
ALTER TABLE groups ADD COLUMN judged INTEGER;
ALTER TABLE groups ADD COLUMN right_ones INTEGER;
ALTER TABLE groups ADD COLUMN mean_tokens REAL;
ALTER TABLE completions ADD COLUMN language TEXT;

UPDATE groups SET (judged, right_ones, mean_tokens) = (
  SELECT count(verdict), coalesce(sum(verdict = 1), 0), coalesce(avg(tokens), 0)
  FROM (
    SELECT tokens, coalesce(json_extract(parts, '$.accuracy.value'), json_extract(parts, '$.math.value'),
      json_extract(parts, '$.logic.value'), json_extract(parts, '$.code.value')) AS verdict
    FROM completions c WHERE c.run = groups.run AND c.step = groups.step AND c.grp = groups.grp
  )
);
`

/**
 * Runs of other trainers. runs.source: JSON, what the trainer says of its run (`Opening`); NULL for a run that was trained here. runs.said: the last
 * status that the trainer told, which the run has again when it is heard after a silence. steps.closed: 0 while only parts of the step have come.
 * writers.seq: the last report of each that is stored. completion_tokens: texts as JSON, log-probabilities as 32-bit floats, NaN where there is none;
 * either may be missing. trainer_checkpoints lie where the trainer has them: nothing here may touch their paths.
 * Not every trainer delivers tokens, the reason of an end, or how many prompts it was measured on. Only the schema's text changes: no row is rewritten.
 */
const otherTrainers = `
ALTER TABLE completions ALTER COLUMN tokens DROP NOT NULL;
ALTER TABLE completions ALTER COLUMN finish_reason DROP NOT NULL;
ALTER TABLE evaluations ALTER COLUMN prompts DROP NOT NULL;
ALTER TABLE steps ADD COLUMN closed INTEGER NOT NULL DEFAULT 1;
ALTER TABLE runs ADD COLUMN source TEXT;
ALTER TABLE runs ADD COLUMN ingest_key TEXT;
ALTER TABLE runs ADD COLUMN said TEXT;
CREATE INDEX steps_open ON steps (run, step) WHERE closed = 0;
CREATE UNIQUE INDEX runs_by_ingest_key ON runs (ingest_key) WHERE ingest_key IS NOT NULL;

CREATE TABLE writers (
  run INTEGER NOT NULL REFERENCES runs(number) ON DELETE CASCADE,
  writer TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (run, writer)
) STRICT, WITHOUT ROWID;

CREATE TABLE completion_tokens (
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  grp INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  texts TEXT,
  logprobs BLOB,
  PRIMARY KEY (run, step, grp, sample),
  FOREIGN KEY (run, step, grp, sample) REFERENCES completions(run, step, grp, sample) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE trainer_checkpoints (
  run INTEGER NOT NULL REFERENCES runs(number) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  at TEXT NOT NULL,
  path TEXT NOT NULL,
  bytes INTEGER,
  PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;
`

/**
 * clusters.cluster: JSON. ray_jobs: every submission of a run that is trained on a Ray cluster; cluster: JSON, as it was then; token: SHA-256 of what
 * its driver reports with; port: of this machine, to which it reports; remote_port: of the cluster's head, where that is through a tunnel;
 * unreachable: JSON, while the cluster does not answer.
 */
const rayJobs = `
CREATE TABLE clusters (
  name TEXT PRIMARY KEY,
  cluster TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ray_jobs (
  run INTEGER NOT NULL REFERENCES runs(number) ON DELETE CASCADE,
  attempt INTEGER NOT NULL,
  id TEXT NOT NULL,
  cluster TEXT NOT NULL,
  token TEXT NOT NULL,
  port INTEGER NOT NULL,
  remote_port INTEGER,
  status TEXT NOT NULL,
  message TEXT NOT NULL DEFAULT '',
  stopping INTEGER NOT NULL DEFAULT 0,
  unreachable TEXT,
  submitted_at TEXT NOT NULL,
  ended_at TEXT,
  PRIMARY KEY (run, attempt)
) STRICT, WITHOUT ROWID;
`

/**
 * completions.text: NULL where the text lies packed in `packed_texts` (zstd), or where it was not kept: then it is in neither.
 * step_texts: what is kept of the texts of a step, the bytes as they are stored, and the share to which it was thinned; steps of before have no row
 * until their run is to keep less than all. runs.retention: JSON, NULL for all. Only the schema's text changes: no row is rewritten.
 */
const packedTexts = `
ALTER TABLE completions ALTER COLUMN text DROP NOT NULL;
ALTER TABLE runs ADD COLUMN retention TEXT;

CREATE TABLE packed_texts (
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  grp INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  packed BLOB NOT NULL,
  PRIMARY KEY (run, step, grp, sample),
  FOREIGN KEY (run, step, grp, sample) REFERENCES completions(run, step, grp, sample) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE step_texts (
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  kept INTEGER NOT NULL,
  gone INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  share REAL NOT NULL,
  PRIMARY KEY (run, step),
  FOREIGN KEY (run, step) REFERENCES steps(run, step) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE defaults (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`

/** The entry at position i leads from version i to version i + 1. */
export const migrations: readonly string[] = [
  initial,
  alertEvidence,
  severalSamples,
  modelEvaluations,
  completionSides,
  problemData,
  labelling,
  queueAndSweeps,
  families,
  queuedSources,
  marksAndBin,
  sampleLabels,
  seenAlerts,
  groupFigures,
  otherTrainers,
  rayJobs,
  packedTexts,
]

/**
 * Brings the database to the newest version in one transaction, after a backup beside it (`studio.db.v3.backup`).
 * @throws StudioError data-folder if a newer version of the app made the file
 */
export function migrate(db: Db, path: string, list: readonly string[] = migrations): void {
  const version = db.pragma('user_version', { simple: true }) as number
  if (version > list.length) {
    throw new StudioError(
      'data-folder',
      `${path} was made by a newer version of grpo-studio (schema ${version}; this one knows ${list.length}).`,
      'Update grpo-studio, or choose another data folder with --data DIR or GRPO_STUDIO_DATA.',
    )
  }
  if (version === list.length) return
  if (version > 0) {
    const backup = `${path}.v${version}.backup`
    if (existsSync(backup)) rmSync(backup)
    db.prepare('VACUUM INTO ?').run(backup)
  }
  db.transaction(() => {
    for (const change of list.slice(version)) db.exec(change)
    db.pragma(`user_version = ${list.length}`)
  }).immediate()
}
