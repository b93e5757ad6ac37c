/** What can happen on air, in a word. */
export type AirWord =
  /** The programme gave nothing for too long. */
  | 'starved'
  /** Its end came: the writer of the pipe has gone, or the file is over. */
  | 'ended'
  /** It was below the threshold for too long. */
  | 'silent'
  /** It was no audio: no header, or samples that can't be. */
  | 'garbage'
  /** Bytes of it could not be decoded, or were cut off. */
  | 'damaged'
  /** A writer came to the pipe. */
  | 'connected'
  /** The programme is heard again. */
  | 'back'
  /** The ratio of the programme's clock to this one is known. */
  | 'locked'
  /** It has to be found anew. */
  | 'unlocked'
  /** The process stood still, and the stream's clock was set anew. */
  | 'late'
  /** A stage failed and is passed by. */
  | 'bypassed'
  /** It works again and is heard. */
  | 'restored'
  /** The stream is over. */
  | 'off';

/** One event, stamped with the frame of the stream, as it comes into the pipeline, where it took effect. */
export interface AirEvent {
  readonly event: AirWord;
  readonly frame: number;
  /** Figures and reasons. */
  readonly [detail: string]: string | number;
}

/** Told of every event, in order. */
export type AirListener = (event: AirEvent) => void;
