/** What an air input of these tests has unless a test says otherwise: times in ms, levels in dBFS. */
export const STATION = {
  pace: false,
  live: false,
  starveAfter: 500,
  backAfter: 1000,
  silenceBelow: -60,
  silenceAfter: 20_000,
  backend: 'reference',
} as const;
