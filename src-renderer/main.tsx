import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import './app/global.css'
import { chooseLanguage, wishedLanguage } from './text/t.ts'

// Names and sentences are read as modules load: the language is there before them.
await chooseLanguage(wishedLanguage())
const { start } = await import('./app/start.tsx')
start()
