/** React's way to the framework-free stores. */
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { connectionStore } from './connection.ts'
import { type LiveState, liveStore } from './live.ts'
import { type Route, routeStore } from './route.ts'
import { runsStore } from './runs.ts'
import { type ViewState, viewStore } from './view.ts'

export const useLive = <T>(select: (state: LiveState) => T): T => useStore(liveStore, select)
/** For selectors that make a new object each time. */
export const useLiveShallow = <T>(select: (state: LiveState) => T): T => useStore(liveStore, useShallow(select))
export const useView = <T>(select: (state: ViewState) => T): T => useStore(viewStore, select)
export const useRoute = <T>(select: (route: Route) => T): T => useStore(routeStore, select)
export const useRuns = () => useStore(runsStore)
export const useConnection = () => useStore(connectionStore)
