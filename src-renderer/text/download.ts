/** Gives the person a text as a file. */
export const download = (name: string, text: string, type: string): void =>
  downloadBlob(name, new Blob([text], { type }))

export function downloadBlob(name: string, blob: Blob): void {
  const address = URL.createObjectURL(blob)
  downloadFrom(name, address)
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

/** @param address of an object or with the data in it */
export function downloadFrom(name: string, address: string): void {
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
}
