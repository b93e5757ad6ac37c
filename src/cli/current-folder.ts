/** Whether the folder that the process stands in has been removed; every relative path would be without meaning. */
export function currentFolderIsGone(): boolean {
  try {
    process.cwd();
    return false;
  } catch {
    return true;
  }
}
