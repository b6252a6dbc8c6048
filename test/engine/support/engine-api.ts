import { request } from 'node:http';
import type { PrivateHost } from '../../../local/host/private-host';

/**
 * Asks a private host's Engine over its socket: many times faster than the Docker CLI, and, as the scripts ask
 * through the CLI, another witness than theirs. Throws when the Engine does not answer with what was asked.
 */
export async function ask<T>(host: PrivateHost, path: string): Promise<T> {
  const { status, body } = await send(host, 'GET', path);
  if (status !== 200) throw new Error(`the Engine answers ${path} with ${status}: ${body}`);
  return JSON.parse(body) as T;
}

/** Removes a thing; that it worked shows in what the Engine holds then. */
export async function remove(host: PrivateHost, path: string): Promise<void> {
  await send(host, 'DELETE', path);
}

/** Loads images from an archive, as `docker load` does. */
export async function load(host: PrivateHost, archive: Buffer): Promise<void> {
  const { status, body } = await send(host, 'POST', '/images/load?quiet=1', archive);
  // What goes wrong once the answer has begun stands in it.
  if (status !== 200 || body.includes('"error"')) {
    throw new Error(`the Engine does not load the archive: ${status} ${body}`);
  }
}

function send(
  host: PrivateHost,
  method: string,
  path: string,
  data?: Buffer,
): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = data && { 'content-type': 'application/x-tar', 'content-length': data.length };
    const options = { socketPath: host.socket, agent: false, method, path, headers };
    const sent = request(options, (answer) => {
      const body: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => body.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, body: Buffer.concat(body).toString() }));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(data);
  });
}
