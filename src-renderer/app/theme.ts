import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'
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

export const theme = createTheme({
  primaryColor: 'violet',
  primaryShade: { light: 7, dark: 6 },
  colors: { violet },
  fontFamily: 'Inter, "Segoe UI Variable", "SF Pro Text", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "JetBrains Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  components: {
    Tooltip: { defaultProps: { openDelay: 350, withArrow: false, fz: 'xs', multiline: true, maw: 320 } },
    Modal: { defaultProps: { centered: true, radius: 'md', overlayProps: { backgroundOpacity: 0.55, blur: 2 } } },
    Button: { defaultProps: { size: 'sm' } },
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
