import type { AnyController } from '../stages/controller.ts';
import { adaptiveController } from './adaptive-controller.ts';
import type { Genre } from './mastering-target.ts';

/** Every controller there is. One that stands here is in the pipeline file, `plan`, `check` and the JSON Schema. */
export const controllersWith = (genres: () => readonly Genre[]): readonly AnyController[] => [
  adaptiveController(genres),
];
