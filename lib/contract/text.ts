import { stripVTControlCharacters } from 'node:util';

/** Replaces characters that could control a terminal or mislead a reader: control, bidirectional and invisible characters. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}

/** The beginning of a foreign text: printable, on one line and well-formed. */
export function excerpt(text: string, length = 300): string {
  const line = printable(text).replace(/\s+/g, ' ').trim();
  // UTF-8 has no unpaired surrogate, but JSON can contain one and the cut can make one.
  return Buffer.from(line.length > length ? `${line.slice(0, length - 1)}…` : line).toString();
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Bytes in binary units. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}

/** Seconds in the units that people count in. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
