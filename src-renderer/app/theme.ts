import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'
import { t } from '../text/t.ts'
import { cssVariables, palettes } from './palette.ts'

const violet: MantineColorsTuple = [
  '#f1eeff',
  '#ddd5ff',
  '#c9bcff',
  '#b4a0ff',
  '#9a80fb',
  '#846af5',
  '#7456f1',
  '#5f43de',
  '#4f35c4',
  '#3d289c',
]

/** White text reads well on shades 6 and 7, which fill buttons. */
const red: MantineColorsTuple = [
  '#ffeff1',
  '#fddde1',
  '#f9b6bf',
  '#f58c9a',
  '#f2697a',
  '#e0485c',
  '#c93449',
  '#bd1f37',
  '#a3162c',
  '#8a0e22',
]

/** Mantine's dark surfaces, in the tint of the palette. */
const dark: MantineColorsTuple = [
  '#e9ecf2',
  '#c3cad5',
  '#aab2c0',
  '#8590a1',
  '#363d4a',
  '#2b313c',
  '#191d25',
  '#12151b',
  '#0e1116',
  '#0b0d11',
]

export const theme = createTheme({
  primaryColor: 'violet',
  primaryShade: { light: 7, dark: 6 },
  colors: { violet, dark, red },
  fontFamily: 'Inter, "Segoe UI Variable", "SF Pro Text", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "JetBrains Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  components: {
    // Dialogs are there at once: what is asked in a hurry must not fade in.
    Modal: {
      defaultProps: {
        centered: true,
        radius: 'md',
        overlayProps: { backgroundOpacity: 0.6 },
        transitionProps: { duration: 0 },
      },
    },
    Button: { defaultProps: { size: 'sm' } },
    Notification: {
      defaultProps: { closeButtonProps: { 'aria-label': t('Close this message') } },
      // Mantine's own grey under a title is too pale to read on white.
      styles: { description: { color: 'var(--ink-2)' } },
    },
  },
})

/** Mantine's own surfaces take the window's colours, so that a modal or a menu belongs to it. */
export const variables: CSSVariablesResolver = () => {
  const scheme = (name: 'dark' | 'light') => {
    const p = palettes[name]
    return {
      ...cssVariables(p),
      '--mantine-color-body': p.panel,
      '--mantine-color-text': p.ink,
      '--mantine-color-dimmed': p.ink3,
      '--mantine-color-placeholder': p.ink3,
      '--mantine-color-default': p.raised,
      '--mantine-color-default-hover': p.line,
      '--mantine-color-default-color': p.ink,
      '--mantine-color-default-border': p.lineStrong,
      '--mantine-color-disabled': p.raised,
      '--mantine-color-disabled-color': p.ink3,
      '--mantine-color-disabled-border': p.line,
      '--mantine-color-error': p.alert,
      '--mantine-color-violet-light': p.steerSoft,
      '--mantine-color-violet-light-hover': p.steerSoft,
      '--mantine-color-violet-light-color': p.steer,
      '--mantine-color-anchor': p.steer,
    }
  }
  return { variables: {}, dark: scheme('dark'), light: scheme('light') }
}
