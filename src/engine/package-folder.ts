/** The package's own folder, as a URL: this file and the bundle of the command line lie equally deep in it. */
export const PACKAGE_FOLDER = new URL('../../', import.meta.url);
