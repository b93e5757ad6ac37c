import { usageError } from '../audio/errors.ts';
import type { OnCeiling } from '../engine/passes/plan-gain.ts';
import type { Arguments, CommandOptions } from './command.ts';

/** Options for a gain that the ceiling forbids. */
export const ON_CEILING_OPTIONS: CommandOptions = {
  limit: { type: 'boolean', describe: 'where the ceiling forbids the gain: limit the peaks' },
  'lower-target': {
    type: 'boolean',
    describe: 'where the ceiling forbids the gain: take the largest it allows',
  },
};

/** What is done where the ceiling forbids the gain: refused unless one of these options is given. */
export function onCeilingOf(args: Arguments): OnCeiling {
  if (args.limit === true && args['lower-target'] === true) {
    throw usageError('--limit and --lower-target exclude each other: choose one');
  }
  if (args.limit === true) return 'limit';
  return args['lower-target'] === true ? 'lower-target' : 'refuse';
}
