/** Sample formats that an output may have. */
export const OUTPUT_FORMATS = ['u8', 's16', 's24', 's32', 'f32', 'f64'] as const;
