import { join, relative, resolve, sep } from 'node:path';
import { usageError } from '../../audio/errors.ts';

/** How files are named between machines that see the same ones, each under a path of its own. */
export interface FileAccess {
  /** The address of a file of this machine, the same for all. @throws AuralisError of kind `usage` for one that others do not see */
  readonly addressOf: (path: string) => string;
  /** Where this machine has the file at an address. */
  readonly pathOf: (address: string) => string;
}

/** Files in a folder that is shared: an address is the path from there, with `/` in front and between. */
export function sharedFolder(root: string): FileAccess {
  const folder = resolve(root);
  return {
    addressOf: (path) => {
      const way = relative(folder, resolve(path)).split(sep);
      // On Windows a path on another drive has no way from here and stays whole.
      if (way[0] === '..' || /:$/.test(way[0])) {
        throw usageError(`${path}: is not under --root ${root}, where workers would find it`);
      }
      return `/${way.join('/')}`;
    },
    pathOf: (address) => {
      const parts = address.split('/').slice(1);
      if (parts.includes('..')) throw usageError(`${address}: leads out of --root ${root}`);
      return join(folder, ...parts);
    },
  };
}
