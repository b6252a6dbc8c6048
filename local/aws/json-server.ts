import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';

/** An error as a service answers it. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** Thrown by an interceptor to break the connection instead of answering. */
export class ConnectionBroken extends Error {}

export interface Call {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Which call of this operation it is, from 1. */
  readonly nth: number;
}

/**
 * Stands between client and service: may throw before or after `next()` has
 * served the call, hold it back, or answer something else.
 */
export type Interceptor = (call: Call, next: () => object) => object | Promise<object>;

/**
 * A service on a loopback address that speaks the AWS JSON 1.1 protocol to the
 * real SDK clients. Like the service it refuses what is not signed for it.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export abstract class JsonService {
  /** Every call that came in, refused ones included. */
  readonly calls: Call[] = [];
  /** @default every call is served */
  intercept: Interceptor = (_call, next) => next();
  private readonly server: Server;

  protected constructor(
    private readonly targetPrefix: string,
    private readonly signingName: string,
  ) {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  /** Listens on a free port of 127.0.0.1 and returns the endpoint's URL. */
  async start(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  /** How often an operation was called. */
  count(operation: string): number {
    return this.calls.filter((call) => call.operation === operation).length;
  }

  /** Serves one call; what it throws as an `AwsError` is the answer. */
  protected abstract serve(operation: string, input: Readonly<Record<string, unknown>>): object;

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let status = 200;
    let body: object;
    try {
      const operation = this.authenticate(request);
      const input = JSON.parse(await text(request)) as Record<string, unknown>;
      const call = { operation, input, nth: this.count(operation) + 1 };
      this.calls.push(call);
      body = await this.intercept(call, () => this.serve(operation, input));
    } catch (error) {
      if (error instanceof ConnectionBroken) {
        request.socket.destroy();
        return;
      }
      const known = error instanceof AwsError ? error : new AwsError('InternalFailure', String(error), 500);
      status = known.status;
      body = { __type: known.code, message: known.message };
    }
    response
      .writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() })
      .end(JSON.stringify(body, epochSeconds));
  }

  private authenticate({ headers, method }: IncomingMessage): string {
    const [prefix, operation] = String(headers['x-amz-target']).split('.');
    if (method !== 'POST' || headers['content-type'] !== 'application/x-amz-json-1.1') {
      throw new AwsError('SerializationException', 'not an AWS JSON 1.1 request');
    }
    if (prefix !== this.targetPrefix || !operation) throw new AwsError('UnknownOperationException', '');
    if (!/^AWS4-HMAC-SHA256 /.test(headers.authorization ?? '')) {
      throw new AwsError(
        'MissingAuthenticationTokenException',
        'Request is missing Authentication Token',
        403,
      );
    }
    if (!headers.authorization?.includes(`/${this.signingName}/aws4_request`)) {
      throw new AwsError(
        'InvalidSignatureException',
        `Credential should be scoped to ${this.signingName}`,
        403,
      );
    }
    return operation;
  }
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The protocol's timestamps are seconds since 1970; JSON.stringify has made a string of the Date already. */
function epochSeconds(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  return original instanceof Date ? original.getTime() / 1000 : value;
}
