/** For the TypeScript that uses pip.mjs (models in wheels). */
export interface Report {
  line(text: string): void
  progress(text: string): void
}
export interface WheelPins {
  title: string
  download: number
  requirements: string[]
}
export function findPip(env: NodeJS.ProcessEnv, what: string, problem: (missing: string) => Error): Promise<string>
export function downloadWheels(
  pins: WheelPins,
  folder: string,
  context: {
    python: string
    env: NodeJS.ProcessEnv
    report: Report
    options?: string[]
    problem: (missing: string) => Error
    signal?: AbortSignal
    onBytes?: (arrived: number) => void
  },
): Promise<string[]>
