import { Button } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { t } from '../text/t.ts'
import styles from './App.module.css'

/** A fault in one page leaves the rail, the other pages and the run alone. */
export class Guard extends Component<{ children: ReactNode }, { fault: Error | null }> {
  override state: { fault: Error | null } = { fault: null }

  static getDerivedStateFromError(fault: Error) {
    return { fault }
  }

  override render() {
    const { fault } = this.state
    if (!fault) return this.props.children
    return (
      <div className={styles.fault} role="alert">
        <h1>{t('This page cannot be drawn')}</h1>
        <p>{t('The run is not touched by it: the host goes on and keeps every step.')}</p>
        <pre>{fault.message}</pre>
        <div>
          <Button onClick={() => this.setState({ fault: null })}>{t('Draw it again')}</Button>
        </div>
      </div>
    )
  }
}
