/** A chunk that says something about the audio, as it stands in a WAV. */
export interface MetadataChunk {
  readonly id: string;
  readonly body: Uint8Array;
}
