import { pipelineError } from '../../audio/errors.ts';
import { type PlannedMove, parseMoves } from '../../graph/automation.ts';
import { readText } from '../files/read-text.ts';
import { systemReason } from '../files/system-reason.ts';

/** Room for the report of a day with readings ten times a second. */
const MAX_BYTES = 1 << 28;

/** Reads moves of parameters: a file with a JSON object a line, or the report of a run that is to be replayed. */
export async function readMovesFile(path: string): Promise<readonly PlannedMove[]> {
  try {
    const text = await readText(path, MAX_BYTES);
    if (text === null) throw pipelineError(`${path}: more than 256 MiB, too large for a list of moves`);
    return parseMoves(text, path);
  } catch (cause) {
    if (!(cause instanceof Error && 'errno' in cause)) throw cause;
    throw pipelineError(`${path}: ${systemReason(cause)}`, { cause });
  }
}
