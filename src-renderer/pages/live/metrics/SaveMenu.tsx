import { Menu } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { saveMetrics } from '../../../actions/saving.ts'
import type { HeldOutPoint, Panel } from '../../../charts/panels.ts'
import type { Picture } from '../../../charts/picture.ts'
import { valuesCsv } from '../../../charts/values.ts'
import styles from '../../../parts/ChartPanel.module.css'
import { SaveTableItems } from '../../../parts/SaveTableMenu.tsx'
import { liveStore } from '../../../stores/live.ts'
import { download, downloadFrom } from '../../../text/download.ts'
import { t } from '../../../text/t.ts'

interface SaveMenuProps {
  panel: Panel
  heldOut: HeldOutPoint[]
  picture: () => Picture
}

/** A chart as a file: what is seen as a picture, or every value of the run. */
export function SaveMenu({ panel, heldOut, picture }: SaveMenuProps) {
  const name = (ending: string) => `${liveStore.getState().runId}-${panel.id}.${ending}`
  const drawing = () => import('../../../charts/picture.ts')
  const names = panel.spread ? [panel.metric, panel.spread] : [panel.metric]
  const save = {
    png: async () => downloadFrom(name('png'), (await drawing()).png(picture())),
    svg: async () => download(name('svg'), (await drawing()).svg(picture()), 'image/svg+xml'),
    csv: () => download(name('csv'), valuesCsv(liveStore.getState().columns, names, heldOut), 'text/csv'),
  }
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <button type="button" className={styles.tool} aria-label={t('Save {{title}}', { title: panel.title })}>
          <IconDownload size="0.8125rem" stroke={1.8} aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={save.png}>{t('Picture, PNG')}</Menu.Item>
        <Menu.Item onClick={save.svg}>{t('Drawing, SVG')}</Menu.Item>
        <Menu.Item onClick={save.csv}>{t('Every value, CSV')}</Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t('All metrics')}</Menu.Label>
        <SaveTableItems savings={saveMetrics} />
      </Menu.Dropdown>
    </Menu>
  )
}
