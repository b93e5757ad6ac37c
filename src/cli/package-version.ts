export { packageVersion } from '../engine/package-version.ts';
