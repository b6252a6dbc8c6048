/** A file in an archive: what it holds, or that and its mode where it is to be run. */
export type TarEntry = string | Buffer | { readonly content: Buffer; readonly mode: number };

/** A tar archive of plain files, without times and owners: byte for byte the same for the same files. */
export function tar(files: ReadonlyMap<string, TarEntry>): Buffer {
  const blocks: Buffer[] = [];
  for (const [name, entry] of files) {
    const { content, mode } =
      typeof entry === 'string' || Buffer.isBuffer(entry)
        ? { content: Buffer.from(entry), mode: 0o644 }
        : entry;
    const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
    blocks.push(header(name, content.length, mode), content, padding);
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function header(name: string, size: number, mode: number): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, digits: number): number =>
    block.write(`${value.toString(8).padStart(digits, '0')}\0`, at);
  block.write(name, 0);
  octal(mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(0, 136, 11);
  block.fill(' ', 148, 156); // the checksum counts itself as blanks
  block.write('0', 156);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
