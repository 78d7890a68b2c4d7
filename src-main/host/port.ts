/** Of browser mode: GRPO on a telephone's keys. */
export const defaultPort = 4776
