/** Seconds as `m:ss`, from an hour on as `h:mm:ss`; rounded down, and `-:--` when not finite. */
export function clockTime(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-:--';
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
