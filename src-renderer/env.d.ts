declare module '*.module.css' {
  const classes: Record<string, string>
  export default classes
}
declare module '*.css'

interface Window {
  /** Offered by the Electron preload; absent in browser mode. */
  grpoStudio?: {
    transport: 'message-port'
    speak?(language: string): void
    onWish?(listener: (wish: import('../src-main/contract/wish.ts').Wish) => void): void
  }
}
