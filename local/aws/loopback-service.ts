import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';

/** An error that a service returns. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** An interceptor throws this to break the connection instead of answering. */
export class ConnectionBroken extends Error {}

export type Input = Readonly<Record<string, unknown>>;

/** The operation that a request calls, and its input. */
export interface Request {
  readonly operation: string;
  readonly input: Input;
}

export interface Call extends Request {
  /** The number of this call among the calls of its operation. The first is 1. */
  readonly nth: number;
  /** The access key that signed the request. */
  readonly caller: string;
}

/**
 * Runs between client and service. It may throw before or after `next()` has served the call, delay the
 * call, or answer something else.
 */
export type Interceptor = (call: Call, next: () => object) => object | Promise<object>;

/** How services write requests and answers in HTTP. Services differ only in this and in their operations. */
export interface Protocol {
  readonly contentType: string;
  /** Reads a request's headers and body. An `AwsError` that it throws is the answer. */
  read(request: IncomingMessage, body: string): Request;
  write(operation: string, answer: object, requestId: string): string;
  writeError(error: AwsError, requestId: string): string;
  /**
   * The codes with which a service of this protocol refuses a request that is unsigned, or signed for
   * another service.
   */
  readonly unsigned: string;
  readonly missigned: string;
}

/**
 * A service on a loopback address for the real SDK clients. Like the service in AWS, it refuses requests
 * that are not signed for it.
 */
export abstract class LoopbackService {
  /** All calls, including refused ones. */
  readonly calls: Call[] = [];
  /** @default every call is served */
  intercept: Interceptor = (_call, next) => next();
  private readonly server: Server;

  protected constructor(
    private readonly protocol: Protocol,
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

  /** Returns how often an operation was called. */
  count(operation: string): number {
    return this.calls.filter((call) => call.operation === operation).length;
  }

  /** Serves one call. An `AwsError` that it throws is the answer. */
  protected abstract serve(operation: string, input: Input): object;

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    let status = 200;
    let body: string;
    try {
      const { operation, input } = this.protocol.read(request, await text(request));
      const caller = this.authenticate(request);
      const call = { operation, input, nth: this.count(operation) + 1, caller };
      this.calls.push(call);
      const served = await this.intercept(call, () => this.serve(operation, input));
      body = this.protocol.write(operation, served, requestId);
    } catch (error) {
      if (error instanceof ConnectionBroken) {
        request.socket.destroy();
        return;
      }
      const known = error instanceof AwsError ? error : new AwsError('InternalFailure', String(error), 500);
      status = known.status;
      body = this.protocol.writeError(known, requestId);
    }
    response
      .writeHead(status, { 'content-type': this.protocol.contentType, 'x-amzn-requestid': requestId })
      .end(body);
  }

  private authenticate({ headers }: IncomingMessage): string {
    const signed = /^AWS4-HMAC-SHA256 Credential=([^/]+)/.exec(headers.authorization ?? '');
    if (!signed) {
      throw new AwsError(this.protocol.unsigned, 'Request is missing Authentication Token', 403);
    }
    if (!headers.authorization?.includes(`/${this.signingName}/aws4_request`)) {
      throw new AwsError(this.protocol.missigned, `Credential should be scoped to ${this.signingName}`, 403);
    }
    return signed[1] ?? '';
  }
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
