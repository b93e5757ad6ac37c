import type { ContentProfile } from './content-profile.ts';
import { GENRE_FEATURES, type Genre } from './mastering-target.ts';

/** A guess and how far it stands out. */
export interface GenreEstimate {
  readonly genre: Genre;
  /** Score of the best genre less the mean of all others, 0..1: under 0.2 little more than a guess. */
  readonly confidence: number;
}

/** Features that a profile must have for a guess. */
const LEAST_FEATURES = 4;

/** How well a value fits an interval: 1 inside, falling to 0 at the interval's own width outside it. */
function fitness(value: number, from: number, to: number): number {
  const outside = Math.max(from - value, value - to, 0);
  return Math.max(0, 1 - outside / (to - from));
}

/**
 * The genre whose usual features (`looks` in its file) a programme fits best: the mean fit of the features that both have.
 * Null for what is not music or speech, or of which too little is known.
 */
export function estimateGenre(content: ContentProfile, genres: readonly Genre[]): GenreEstimate | null {
  if (content.kind === 'silence') return null;
  const known = GENRE_FEATURES.filter((feature) => content[feature] !== null);
  if (known.length < LEAST_FEATURES || genres.length < 2) return null;
  const scores = genres.map(({ name, looks }) => {
    if ((name === 'speech') !== (content.kind === 'speech')) return 0;
    let sum = 0;
    let fits = 0;
    for (const feature of known) {
      const look = looks[feature];
      if (look === undefined) continue;
      sum += fitness(content[feature]!, look.from, look.to);
      fits += 1;
    }
    return sum / Math.max(1, fits);
  });
  const best = scores.indexOf(Math.max(...scores));
  const others = scores.reduce((sum, score, n) => (n === best ? sum : sum + score), 0) / (scores.length - 1);
  return { genre: genres[best], confidence: scores[best] - others };
}
