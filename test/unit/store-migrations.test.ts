import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { alertsOf, countUnseen, insertAlert } from '../../src-main/store/alerts.ts'
import { openForReading, openForWriting } from '../../src-main/store/database.ts'
import { evaluationSamples, evaluationsOf } from '../../src-main/store/evaluations.ts'
import { groupOf } from '../../src-main/store/groups.ts'
import { migrate, migrations } from '../../src-main/store/migrations.ts'
import { temporaryFolder } from '../host/support/temporary.ts'

const first = 'CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (7);'
const second = 'ALTER TABLE a ADD COLUMN y TEXT; UPDATE a SET y = x || 1;'

describe('migrate', () => {
  test('brings a fresh file to the newest version, durable and with foreign keys', () => {
    const path = join(temporaryFolder(), 'studio.db')
    const db = openForWriting(path)
    migrate(db, path)
    expect(db.pragma('user_version', { simple: true })).toBe(migrations.length)
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(db.pragma('synchronous', { simple: true })).toBe(2)
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
    expect(existsSync(`${path}.v0.backup`)).toBe(false)
    db.close()
  })

  test('an evaluation of the first version had one output a prompt', () => {
    const path = join(temporaryFolder(), 'studio.db')
    const db = openForWriting(path)
    migrate(db, path, migrations.slice(0, 1))
    db.exec(`
      INSERT INTO runs (number, id, name, config, status, created_at, settings) VALUES (1, 'a', 'a', '{}', 'finished', '', '{}');
      INSERT INTO evaluations VALUES (1, 0, 'then', 1, 1, 0.2, 1, 1, 9, 0, 0, '{"sum":{"prompts":1,"accuracy":1}}', 2);
      INSERT INTO evaluation_samples VALUES (1, 0, 0, '1+1=', '2', 'sum', '2', 3, 'stop', 1);`)
    migrate(db, path)
    expect(evaluationsOf(db, 1)).toMatchObject([
      { accuracy: 1, accuracyLow: 0.2, samplesPerPrompt: 1, temperature: 1, passAt: [], consensus: null, byLevel: {} },
    ])
    expect(evaluationSamples(db, 1, 0, 10)).toMatchObject([{ prompt: '1+1=', sample: 0, vote: null, correct: true }])
    db.close()
  })

  test('completions of before stay as they are, and later ones need no tokens', () => {
    const path = join(temporaryFolder(), 'studio.db')
    const db = openForWriting(path)
    migrate(db, path, migrations.slice(0, 14))
    db.exec(`
      INSERT INTO runs (number, id, name, config, status, created_at, settings) VALUES (1, 'a', 'a', '{}', 'finished', '', '{}');
      INSERT INTO steps VALUES (1, 1, 0, '', 1, '{}');
      INSERT INTO groups (run, step, grp, prompt, answer, kind, zero_spread) VALUES (1, 1, 0, '1+1=', '2', 'sum', 0);
      INSERT INTO completions (run, step, grp, sample, text, tokens, finish_reason, parts) VALUES (1, 1, 0, 0, '2', 3, 'stop', '{}');`)
    migrate(db, path)
    db.exec(`INSERT INTO completions (run, step, grp, sample, text, parts) VALUES (1, 1, 0, 1, '3', '{}')`)
    const [before, after] = groupOf(db, 1, 1, 0)!.completions
    expect(before).toMatchObject({ text: '2', tokens: 3, finishReason: 'stop' })
    expect(after).toMatchObject({ text: '3', tokens: null, finishReason: null })
    expect(db.prepare('SELECT closed FROM steps').pluck().all()).toEqual([1])
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    db.close()
  })

  test('keeps a backup of the version before', () => {
    const path = join(temporaryFolder(), 'studio.db')
    const db = openForWriting(path)
    migrate(db, path, [first])
    migrate(db, path, [first, second])
    expect(db.prepare('SELECT * FROM a').all()).toEqual([{ x: 7, y: '71' }])
    db.close()
    const backup = openForReading(`${path}.v1.backup`)
    expect(backup.pragma('user_version', { simple: true })).toBe(1)
    expect(backup.prepare('SELECT * FROM a').all()).toEqual([{ x: 7 }])
    backup.close()
  })

  test('leaves everything as it was when a change fails', () => {
    const path = join(temporaryFolder(), 'studio.db')
    const db = openForWriting(path)
    migrate(db, path, [first])
    expect(() => migrate(db, path, [first, second, 'INSERT INTO nowhere VALUES (1)'])).toThrow(/nowhere/)
    expect(db.pragma('user_version', { simple: true })).toBe(1)
    expect(db.prepare('SELECT * FROM a').all()).toEqual([{ x: 7 }])
    db.close()
  })

  test('alerts of before point at no samples', () => {
    const path = join(temporaryFolder(), 'studio.db')
    const db = openForWriting(path)
    migrate(db, path, migrations.slice(0, 1))
    db.pragma('foreign_keys = OFF')
    db.exec(`INSERT INTO alerts (run, step, at, kind, message, hint) VALUES (1, 7, '2026-01-01', 'kl-jump', 'm', 'h')`)
    migrate(db, path)
    expect(alertsOf(db, 1)).toMatchObject([{ step: 7, kind: 'kl-jump', evidence: [] }])
    db.close()
  })

  test('alerts of before count as seen, new ones do not', () => {
    const path = join(temporaryFolder(), 'studio.db')
    const db = openForWriting(path)
    const before = migrations.findIndex((one) => one.includes('ADD COLUMN seen'))
    migrate(db, path, migrations.slice(0, before))
    db.exec(`
      INSERT INTO runs (number, id, name, config, status, created_at, settings) VALUES (1, 'a', 'a', '{}', 'finished', '', '{}');
      INSERT INTO alerts (run, step, at, kind, message, hint) VALUES (1, 7, '2026-01-01', 'kl-jump', 'm', 'h')`)
    migrate(db, path)
    expect(countUnseen(db)).toBe(0)
    insertAlert(db, 1, { step: 8, at: '2026-01-02', kind: 'kl-jump', message: 'm', hint: 'h', evidence: [] })
    expect(countUnseen(db)).toBe(1)
    db.close()
  })

  test('refuses a file of a newer version, naming it', () => {
    const path = join(temporaryFolder(), 'studio.db')
    const db = openForWriting(path)
    db.pragma('user_version = 99')
    expect(() => migrate(db, path)).toThrow(
      expect.objectContaining({ code: 'data-folder', message: expect.stringContaining(`${path} was made by a newer`) }),
    )
    db.close()
  })
})
