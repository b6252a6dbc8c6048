import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { tar } from '../support/tar';

/** An image in an archive that `docker load` reads. */
export interface ArchivedImage {
  readonly labels: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly created: string;
  readonly tags: readonly string[];
  /** The contents of its layers, lowest first. Images share layers with the same content. */
  readonly layers: readonly string[];
  /** The index of the earlier image on which it was built, as the legacy builder records it. */
  readonly parent?: number;
}

interface Packed {
  readonly digest: string;
  readonly history: readonly object[];
  readonly manifest: object;
}

/** Packs all images into one compressed archive, in base64. The same images always give the same bytes. */
export function archive(images: readonly ArchivedImage[]): string {
  const files = new Map<string, Buffer>();
  const packed: Packed[] = [];
  images.forEach((image, index) => packed.push(pack(image, index, packed, files)));
  files.set('manifest.json', Buffer.from(JSON.stringify(packed.map(({ manifest }) => manifest))));
  return gzipSync(tar(files), { level: 9 }).toString('base64');
}

function pack(
  image: ArchivedImage,
  index: number,
  earlier: readonly Packed[],
  files: Map<string, Buffer>,
): Packed {
  const layers = image.layers.map((content) => {
    const layer = tar(new Map([[`file-${content}`, Buffer.from(content)]]));
    const digest = sha256(layer);
    files.set(`${digest}.tar`, layer);
    return digest;
  });
  const parent = image.parent === undefined ? undefined : earlier[image.parent];
  // The Engine accepts a parent only if the child's history has one step more. This step adds no layer.
  const step = { created: image.created, created_by: `image ${index}`, empty_layer: parent !== undefined };
  const history = [...(parent?.history ?? []), step];
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created: image.created,
    config: { Labels: image.labels },
    rootfs: { type: 'layers', diff_ids: layers.map((digest) => `sha256:${digest}`) },
    history,
  });
  const name = `image-${index}.json`;
  files.set(name, Buffer.from(config));
  const manifest = {
    Config: name,
    RepoTags: image.tags.length > 0 ? image.tags : null,
    Layers: layers.map((digest) => `${digest}.tar`),
    ...(parent && { Parent: `sha256:${parent.digest}` }),
  };
  return { digest: sha256(config), history, manifest };
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
