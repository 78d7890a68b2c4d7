/** What a problem is about: rewards may weigh differently by domain. */
export const domains = ['math', 'code', 'logic', 'general'] as const
export type Domain = (typeof domains)[number]
