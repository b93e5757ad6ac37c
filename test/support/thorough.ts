/** Whether the long form of what can be tested at any length is asked for: `npm run slow -- thorough`. */
export const THOROUGH = process.env.AURALIS_THOROUGH === '1';

/** A number of cases, seconds and the like: what `npm test` takes, and what the long form does. */
export const amount = (quick: number, thorough: number): number => (THOROUGH ? thorough : quick);
