import { expect, test } from './support/fixtures.ts'

test('an empty data folder offers r1-zero-mini as the one thing to click, and the click starts it', async ({
  studio,
}) => {
  await studio.open()
  const { page, run } = studio
  await expect(page.getByRole('heading', { name: 'Watch a small model learn to reason' })).toBeVisible()
  const offer = page.getByRole('region', { name: 'First run' })
  await expect(offer.getByRole('list', { name: 'Stages' }).getByRole('listitem')).toHaveCount(2)

  await offer.getByRole('button', { name: 'Launch r1-zero-mini' }).click()

  await expect(run.title).toHaveText('R1-Zero in miniature #1')
  await expect(run.status).toHaveText(/starting|running/)
  await expect(run.header.getByText(/^evaluating after step 0 · \d+ %$/)).toBeVisible()
  await expect(run.figure('backend')).toHaveText(/^(tensorflow-gpu|webgpu|tensorflow|wasm)$/)
  await expect(run.figure('step')).toHaveText('0 / 150')
})
