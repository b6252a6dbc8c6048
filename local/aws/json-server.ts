import type { IncomingMessage } from 'node:http';
import { AwsError, LoopbackService } from './loopback-service';
import type { Protocol, Request } from './loopback-service';

export { AwsError, ConnectionBroken } from './loopback-service';

const CONTENT_TYPE = 'application/x-amz-json-1.1';

/**
 * A service that speaks the AWS JSON 1.1 protocol.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export abstract class JsonService extends LoopbackService {
  protected constructor(targetPrefix: string, signingName: string) {
    super(new JsonProtocol(targetPrefix), signingName);
  }
}

class JsonProtocol implements Protocol {
  readonly contentType = CONTENT_TYPE;
  readonly unsigned = 'MissingAuthenticationTokenException';
  readonly missigned = 'InvalidSignatureException';

  constructor(private readonly targetPrefix: string) {}

  read({ headers, method }: IncomingMessage, body: string): Request {
    const [prefix, operation] = String(headers['x-amz-target']).split('.');
    if (method !== 'POST' || headers['content-type'] !== CONTENT_TYPE) {
      throw new AwsError('SerializationException', 'not an AWS JSON 1.1 request');
    }
    if (prefix !== this.targetPrefix || !operation) throw new AwsError('UnknownOperationException', '');
    return { operation, input: JSON.parse(body) as Record<string, unknown> };
  }

  write(_operation: string, answer: object): string {
    return JSON.stringify(answer, epochSeconds);
  }

  writeError({ code, message }: AwsError): string {
    return JSON.stringify({ __type: code, message });
  }
}

/**
 * The protocol's timestamps are seconds since 1970. JSON.stringify has already converted the Date to a
 * string.
 */
function epochSeconds(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  return original instanceof Date ? original.getTime() / 1000 : value;
}
