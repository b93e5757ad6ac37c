import { usageError } from '../audio/errors.ts';
import { profileRecordings } from '../engine/pipelines/mastering-files.ts';
import type { Arguments, Command } from './command.ts';
import { print } from './print.ts';
import { say } from './say.ts';
import { BACKEND_OPTION, backendOf } from './shared-options.ts';

/** `auralis-stream profile FILE...`: what recordings have in common, for `master --reference`. */
export const profileCommand: Command = {
  words: [['file...', 'recordings that sound as wanted']],
  options: {
    ...BACKEND_OPTION,
  },
  examples: [
    ['auralis-stream profile hit1.wav hit2.wav > hits.profile.json', 'the mean of two recordings'],
    ['auralis-stream master in.wav out.wav --reference hits.profile.json', 'and a master after it'],
  ],
  run,
};

async function run(args: Arguments): Promise<number> {
  const files = (args.file as readonly string[] | undefined) ?? [];
  if (files.length === 0)
    throw usageError('no recordings given: auralis-stream profile FILE... > ref.profile.json');
  const profile = await profileRecordings(files, backendOf(args), (file, warning) =>
    say(`warning: ${file}: ${warning}`),
  );
  await print(`${JSON.stringify(profile, null, 1)}\n`);
  return 0;
}
