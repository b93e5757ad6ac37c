/** What is wrong with audio in a codec, as far as it has been decoded. */
export class CodecFindings {
  /** Places where it is damaged, so far. */
  places = 0;
  /** One line for each thing that is wrong; set by what decodes. */
  describe: () => Iterable<string> = () => [];
}

/** Where damage is, for the beginning of a line. */
export const damagedIn = (places: number, firstFrame: number): string =>
  places > 1
    ? `damaged in ${places} places, the first near frame ${firstFrame}`
    : `damaged near frame ${firstFrame}`;
