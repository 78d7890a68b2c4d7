/** What the shell around the window asks of it: Electron's main process does, a browser never. */
export type Wish =
  /** To show this place: what follows the page in an address. */
  | { kind: 'go'; address: string }
  /** To begin a new run with this recipe file, which was read and found right. It starts nothing. */
  | { kind: 'recipe'; file: string }
  /** To tell the person. The sentences are English; the window has them in the person's language. */
  | { kind: 'say'; title: string; message: string; values?: Record<string, string | number> }
